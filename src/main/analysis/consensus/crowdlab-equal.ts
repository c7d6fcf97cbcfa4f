import { annotatorWeight, likelyClassError, modelWeight, onlyGreatest } from './crowdlab-weights.ts';
import {
  argmax,
  type ConsensusInput,
  type ConsensusMethod,
  type FaceConsensus,
  mean,
  noConsensus,
  sum,
} from './method.ts';
import { agreementWith } from './shares.ts';

interface Face {
  readonly at: number;
  readonly counts: readonly number[];
  readonly total: number;
  readonly probabilities: readonly number[];
}

/**
 * CROWDLAB where only counts are known, as in FERPlus: every vote is an annotator's of the same weight, which is what
 * CROWDLAB gives to annotators whose agreement with the others is the whole crowd's, Σ n_k(n_k−1) / Σ N(N−1). An
 * approximation: who is reliable cannot be told from counts.
 */
export const crowdlabEqual: ConsensusMethod<'crowdlab-equal'> = {
  name: 'crowdlab-equal',
  label: 'CROWDLAB, equal weights',
  explanation:
    'Weighs the model against the crowd where only counts are known. An approximation: every vote has the same weight, for who gave it is not known.',
  source: 'counts',
  usesModel: true,
  compute(input) {
    const faces = input.counts.flatMap((counts, at): Face[] => {
      const total = sum(counts);
      const probabilities = input.probabilities[at];
      return total === 0 || probabilities == null ? [] : [{ at, counts, total, probabilities }];
    });
    if (faces.length === 0) return noConsensus(input, 'No face has both votes and a prediction.');
    if (!faces.some(({ total }) => total > 1)) {
      return noConsensus(input, 'No face has more than one vote, so the crowd’s agreement is not known.');
    }
    const votes = majorityLabels(faces);
    const labels = weigh(faces, votes, input).map((row, index) => onlyGreatest(row) ?? votes[index]!);
    const posteriors = weigh(faces, labels, input);
    const result: (FaceConsensus | null)[] = input.counts.map(() => null);
    faces.forEach(({ at }, index) => {
      const probabilities = posteriors[index]!;
      result[at] = { label: labels[index]!, quality: probabilities[labels[index]!]!, probabilities };
    });
    return { faces: result, annotatorQuality: agreementWith(result, input), problem: null };
  },
};

function weigh(faces: readonly Face[], labels: readonly number[], { classCount }: ConsensusInput): number[][] {
  const shared = faces.flatMap(({ total }, index) => (total > 1 ? [index] : []));
  const consensus = shared.map((index) => labels[index]!);
  const classError = likelyClassError(consensus, classCount);
  const likelihood = mean(shared.map((index) => faces[index]!.counts[labels[index]!]! / faces[index]!.total))!;
  const otherwise = (1 - likelihood) / (classCount - 1);
  const agreed = sum(faces.map(({ counts }) => sum(counts.map((count) => count * (count - 1)))));
  const pairs = sum(faces.map(({ total }) => total * (total - 1)));
  const vote = annotatorWeight(agreed / pairs, classError);
  const guesses = shared.map((index) => argmax(faces[index]!.probabilities));
  const model = modelWeight(guesses, consensus, classError, mean(faces.map(({ total }) => total))!);
  return faces.map(({ counts, total, probabilities }) =>
    probabilities.map((q, k) => {
      const said = vote * (counts[k]! * likelihood + (total - counts[k]!) * otherwise);
      return (q * model + said) / (model + total * vote);
    }),
  );
}

/** The class with most votes; of equals the model's, then the rarer, then the first. */
function majorityLabels(faces: readonly Face[]): number[] {
  const frequency = faces[0]!.counts.map((_, k) => sum(faces.map(({ counts }) => counts[k]!)));
  return faces.map(({ counts, probabilities }) => {
    const order = counts.map((_, k) => k);
    order.sort(
      (a, b) => counts[b]! - counts[a]! || probabilities[b]! - probabilities[a]! || frequency[a]! - frequency[b]!,
    );
    return order[0]!;
  });
}
