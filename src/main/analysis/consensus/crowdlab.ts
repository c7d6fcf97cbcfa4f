import { annotatorWeight, likelyClassError, modelWeight, onlyGreatest } from './crowdlab-weights.ts';
import {
  type Answer,
  answersByFace,
  argmax,
  type Consensus,
  type ConsensusInput,
  type ConsensusMethod,
  type FaceConsensus,
  mean,
  noConsensus,
  sum,
  tallyLabels,
} from './method.ts';

/** A face that takes part: its place in the input, its answers and what the model thinks of it. */
interface Face {
  readonly at: number;
  readonly answers: readonly Answer[];
  readonly probabilities: readonly number[];
}

interface Weighed {
  readonly posteriors: readonly (readonly number[])[];
  readonly model: number;
  readonly annotators: readonly number[];
}

/**
 * CROWDLAB (Goh et al., 2022) as cleanlab's get_label_quality_multiannotator with consensus_method "best_quality":
 * a weighted mean of model and annotators, weights from how they agree. Faces that nobody labelled, or that the model
 * has not seen, take no part. Where cleanlab breaks a last tie at random, the first class wins.
 */
export const crowdlab: ConsensusMethod<'crowdlab'> = {
  name: 'crowdlab',
  label: 'CROWDLAB',
  explanation: 'Weighs the model and each named annotator by how well they agree with the others.',
  source: 'annotators',
  usesModel: true,
  compute(input) {
    const faces = answersByFace(input).flatMap((answers, at): Face[] => {
      const probabilities = input.probabilities[at];
      return answers.length === 0 || probabilities == null ? [] : [{ at, answers, probabilities }];
    });
    if (faces.length === 0) return noConsensus(input, 'No face has both a named annotator’s label and a prediction.');
    if (!faces.some(({ answers }) => answers.length > 1)) {
      return noConsensus(input, 'No face has labels of two annotators, so nobody’s agreement is known.');
    }
    const votes = majorityLabels(faces, input);
    const first = weigh(faces, votes, input);
    const labels = first.posteriors.map((row, index) => onlyGreatest(row) ?? votes[index]!);
    const weighed = weigh(faces, labels, input);
    const result: (FaceConsensus | null)[] = input.counts.map(() => null);
    faces.forEach(({ at }, index) => {
      const probabilities = weighed.posteriors[index]!;
      result[at] = { label: labels[index]!, quality: probabilities[labels[index]!]!, probabilities };
    });
    return { faces: result, annotatorQuality: annotatorQuality(faces, labels, weighed, input), problem: null };
  },
};

function weigh(
  faces: readonly Face[],
  labels: readonly number[],
  { classCount, annotatorCount }: ConsensusInput,
): Weighed {
  const shared = faces.flatMap(({ answers }, index) => (answers.length > 1 ? [index] : []));
  const consensus = shared.map((index) => labels[index]!);
  const likelihood = mean(
    shared.map((index) => {
      const { answers } = faces[index]!;
      return answers.filter(({ label }) => label === labels[index]).length / answers.length;
    }),
  )!;
  const otherwise = (1 - likelihood) / (classCount - 1);
  const classError = likelyClassError(consensus, classCount);
  const annotators = agreementWithOthers(faces, annotatorCount).map((agreement) =>
    annotatorWeight(agreement, classError),
  );
  const guesses = shared.map((index) => argmax(faces[index]!.probabilities));
  const model = modelWeight(guesses, consensus, classError, mean(faces.map(({ answers }) => answers.length))!);
  const posteriors = faces.map(({ answers, probabilities }) => {
    const total = model + sum(answers.map(({ annotator }) => annotators[annotator]!));
    return probabilities.map((q, k) => {
      const said = answers.map(
        ({ annotator, label }) => annotators[annotator]! * (label === k ? likelihood : otherwise),
      );
      return (q * model + sum(said)) / total;
    });
  });
  return { posteriors, model, annotators };
}

/** How often each annotator agrees with another on the same face; who shares no face gets the others' mean. */
function agreementWithOthers(faces: readonly Face[], annotatorCount: number): number[] {
  const pairs = new Array<number>(annotatorCount).fill(0);
  const agreed = new Array<number>(annotatorCount).fill(0);
  for (const { answers } of faces) {
    for (const one of answers) {
      pairs[one.annotator]! += answers.length - 1;
      agreed[one.annotator]! += answers.filter((other) => other !== one && other.label === one.label).length;
    }
  }
  const known = agreed.map((count, index) => (pairs[index] === 0 ? null : count / pairs[index]!));
  const usual = mean(known.filter((value) => value !== null))!;
  return known.map((value) => value ?? usual);
}

/** cleanlab's order of tie breaks: the model, the rarer class, the annotators who agree more with the untied. */
function majorityLabels(faces: readonly Face[], { classCount, annotatorCount }: ConsensusInput): number[] {
  const tallies = faces.map(({ answers }) => tallyLabels(answers, classCount));
  const frequency = tallies[0]!.map((_, k) => sum(tallies.map((tally) => tally[k]!)));
  const leading = tallies.map((tally) => indicesWhere(tally, Math.max(...tally)));
  const untied = leading.map((labels) => (labels.length === 1 ? labels[0]! : null));
  const given = new Array<number>(annotatorCount).fill(0);
  const agreed = new Array<number>(annotatorCount).fill(0);
  faces.forEach(({ answers }, index) => {
    if (untied[index] === null) return;
    for (const { annotator, label } of answers) {
      given[annotator]! += 1;
      if (label === untied[index]) agreed[annotator]! += 1;
    }
  });
  const known = given.map((count, index) => (count === 0 ? null : agreed[index]! / count));
  const usual = mean(known.filter((value) => value !== null)) ?? 0;
  return leading.map((labels, index) => {
    if (labels.length === 1) return labels[0]!;
    const { answers, probabilities } = faces[index]!;
    const byModel = greatestOf(labels, (k) => probabilities[k]!);
    const byRarity = greatestOf(byModel, (k) => -frequency[k]!);
    const trust = (k: number): number =>
      mean(answers.filter(({ label }) => label === k).map(({ annotator }) => known[annotator] ?? usual))!;
    return greatestOf(byRarity, trust)[0]!;
  });
}

const indicesWhere = (values: readonly number[], wanted: number): number[] =>
  values.flatMap((value, index) => (value === wanted ? [index] : []));

function greatestOf(labels: readonly number[], score: (label: number) => number): number[] {
  if (labels.length === 1) return [...labels];
  const scores = labels.map(score);
  const best = Math.max(...scores);
  return labels.filter((_, index) => scores[index] === best);
}

/** w·(mean posterior of the annotator's labels) + (1 − w)·(agreement with the consensus on faces of several). */
function annotatorQuality(
  faces: readonly Face[],
  labels: readonly number[],
  { posteriors, model, annotators }: Weighed,
  { annotatorCount }: ConsensusInput,
): Consensus['annotatorQuality'] {
  const all = mean(faces.map(({ answers }) => answers.length))! / annotatorCount;
  const share = model / (model + sum(annotators) * all);
  const own = Array.from({ length: annotatorCount }, (): number[] => []);
  const agreed = Array.from({ length: annotatorCount }, (): number[] => []);
  faces.forEach(({ answers }, index) => {
    for (const { annotator, label } of answers) {
      own[annotator]!.push(posteriors[index]![label]!);
      if (answers.length > 1) agreed[annotator]!.push(Number(label === labels[index]));
    }
  });
  return own.map((scores, annotator) => {
    const posterior = mean(scores);
    const agreement = mean(agreed[annotator]!);
    return posterior === null || agreement === null ? null : share * posterior + (1 - share) * agreement;
  });
}
