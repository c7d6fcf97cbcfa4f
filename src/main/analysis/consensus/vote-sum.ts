import type { ConsensusMethod } from './method.ts';
import { agreementWith, byShares } from './shares.ts';

/** The class with most votes, the crowd's and the annotators' together, first of equals; quality is its share. */
export const voteSum: ConsensusMethod<'vote-sum'> = {
  name: 'vote-sum',
  label: 'Vote sum',
  explanation: 'The class with most votes, those of the crowd and of each named annotator added up.',
  source: 'counts',
  usesModel: false,
  compute(input) {
    const faces = byShares(input.counts);
    return { faces, annotatorQuality: agreementWith(faces, input), problem: null };
  },
};
