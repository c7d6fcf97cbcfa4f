import { crossEntropy } from './cross-entropy.ts';
import { majority } from './majority.ts';
import { multiTarget } from './multi-target.ts';
import { probability } from './probability.ts';
import { topVote } from './top-vote.ts';

/** Every evaluation protocol; a new one is a file and a line here. */
export const PROTOCOLS = [majority, probability, crossEntropy, multiTarget, topVote] as const;
