import { answersByFace, type ConsensusMethod, tallyLabels } from './method.ts';
import { agreementWith, byShares } from './shares.ts';

/**
 * The label that most named annotators gave, the first class of equals; quality is their share, an annotator's the
 * share of answers that agree (MajorityVote of crowd-kit, its `probas_` and `skills_`).
 */
export const majority: ConsensusMethod<'majority'> = {
  name: 'majority',
  label: 'Majority of annotators',
  explanation: 'The label that most named annotators gave, each with one vote; the crowd’s votes stay out of it.',
  source: 'annotators',
  usesModel: false,
  compute(input) {
    const faces = byShares(answersByFace(input).map((answers) => tallyLabels(answers, input.classCount)));
    return { faces, annotatorQuality: agreementWith(faces, input), problem: null };
  },
};
