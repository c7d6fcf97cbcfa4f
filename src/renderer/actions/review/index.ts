import { addVoteAction } from './add-vote.ts';
import { autoAdvanceAction } from './auto-advance.ts';
import { focusClassActions } from './focus-class.ts';
import { lookActions } from './look.ts';
import { nextAction } from './next.ts';
import { noteAction } from './note.ts';
import { previousAction } from './previous.ts';
import { skipAction } from './skip.ts';
import { takeVoteAction } from './take-vote.ts';

/** What the keyboard does on the review screen besides giving labels. A new one is a file and a line. */
export const reviewActions = [
  skipAction,
  noteAction,
  addVoteAction,
  takeVoteAction,
  previousAction,
  nextAction,
  ...focusClassActions,
  ...lookActions,
  autoAdvanceAction,
] as const;
