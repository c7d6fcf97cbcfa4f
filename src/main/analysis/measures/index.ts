import { hardness } from './hardness.ts';
import { jsDivergence } from './js-divergence.ts';
import { klFromVotes } from './kl-from-votes.ts';
import { mistakenness } from './mistakenness.ts';
import { normalisedMargin } from './normalised-margin.ts';
import { selfConfidence } from './self-confidence.ts';
import { voteEntropy } from './vote-entropy.ts';
import { voteMargin } from './vote-margin.ts';

/** Every measure of votes alone. */
export const CROWD_MEASURES = [voteEntropy, voteMargin] as const;

/** Every measure of a prediction; a new one is a file and a line here. */
export const MEASURES = [selfConfidence, normalisedMargin, mistakenness, hardness, klFromVotes, jsDivergence] as const;
