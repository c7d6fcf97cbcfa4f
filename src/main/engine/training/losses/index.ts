import { findNamed } from '../find-named.ts';
import { crossEntropy } from './cross-entropy.ts';
import { fPdls } from './f-pdls.ts';
import { labelSmoothing } from './label-smoothing.ts';
import type { Loss } from './loss.ts';
import { pdls } from './pdls.ts';
import { softVotes } from './soft-votes.ts';

/** Every loss, the paper's own last. A new one is a file and a line here. */
export const LOSSES = [crossEntropy, labelSmoothing, softVotes, pdls, fPdls] as const;

export const LOSS_NAMES = LOSSES.map(({ name }) => name);

/** The loss of that name. Throws UsageError. */
export const findLoss = (name: string): Loss => findNamed<Loss>(LOSSES, name, 'loss');
