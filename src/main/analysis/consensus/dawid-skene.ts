import { type Answer, answersByFace, argmax, type ConsensusMethod, noConsensus, sum, tallyLabels } from './method.ts';

const MOST_ROUNDS = 100;
/** The gain in the evidence's lower bound, per answer, below which another round is not worth it. */
const TOLERANCE = 1e-5;
const SMALLEST_ERROR = 1e-10;

interface Model {
  /** ρ_k: how frequent class k is. */
  readonly priors: readonly number[];
  /** ln P(annotator says l | truth is k) at [annotator][l][k]. */
  readonly logErrors: readonly (readonly (readonly number[])[])[];
}

/**
 * Dawid and Skene (1979) by expectation maximisation from the vote shares, stopped as crowd-kit's DawidSkene is (100
 * rounds, tolerance 1e-5). An annotator's quality is Σ_k ρ_k·P(says k | truth is k), the accuracy to be expected.
 */
export const dawidSkene: ConsensusMethod<'dawid-skene'> = {
  name: 'dawid-skene',
  label: 'Dawid–Skene',
  explanation:
    'Weighs each annotator by the confusions found in their answers, class by class; needs to know who said what.',
  source: 'annotators',
  usesModel: false,
  compute(input) {
    const { classCount, annotatorCount } = input;
    const faces = answersByFace(input);
    const answered = faces.flatMap((answers, face) => (answers.length === 0 ? [] : [face]));
    if (answered.length === 0) return noConsensus(input, 'No named annotator has labelled a face yet.');
    let truths = answered.map((face) => normalised(tallyLabels(faces[face]!, classCount)));
    let model = maximise(answered, faces, truths, classCount, annotatorCount);
    let reached = Number.NEGATIVE_INFINITY;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      truths = answered.map((face) => expectation(faces[face]!, model));
      model = maximise(answered, faces, truths, classCount, annotatorCount);
      const bound = lowerBound(answered, faces, truths, model) / input.answers.length;
      if (bound - reached < TOLERANCE) break;
      reached = bound;
    }
    const result = faces.map((): { label: number; quality: number; probabilities: number[] } | null => null);
    answered.forEach((face, index) => {
      const probabilities = truths[index]!;
      const label = argmax(probabilities);
      result[face] = { label, quality: probabilities[label]!, probabilities };
    });
    return { faces: result, annotatorQuality: expectedAccuracy(input.answers, model, annotatorCount), problem: null };
  },
};

function normalised(values: readonly number[]): number[] {
  const total = sum(values);
  return values.map((value) => value / total);
}

/** The M step: the classes' shares, and each annotator's answers by the truth as it is now thought to be. */
function maximise(
  answered: readonly number[],
  faces: readonly (readonly Answer[])[],
  truths: readonly (readonly number[])[],
  classCount: number,
  annotatorCount: number,
): Model {
  const zeros = (): number[] => new Array<number>(classCount).fill(0);
  const priors = zeros();
  const errors = Array.from({ length: annotatorCount }, () => Array.from({ length: classCount }, zeros));
  const given = Array.from({ length: annotatorCount }, () => new Set<number>());
  answered.forEach((face, index) => {
    const truth = truths[index]!;
    for (let k = 0; k < classCount; k += 1) priors[k]! += truth[k]! / answered.length;
    for (const { annotator, label } of faces[face]!) {
      given[annotator]!.add(label);
      for (let k = 0; k < classCount; k += 1) errors[annotator]![label]![k]! += truth[k]!;
    }
  });
  const logErrors = errors.map((rows, annotator) => {
    const labels = [...given[annotator]!];
    const totals = zeros().map((_, k) => sum(labels.map((label) => Math.max(SMALLEST_ERROR, rows[label]![k]!))));
    return rows.map((row) => row.map((value, k) => Math.log(Math.max(SMALLEST_ERROR, value) / totals[k]!)));
  });
  return { priors, logErrors };
}

/** The E step: how probable each class is as the truth of one face, from logarithms shifted by their greatest. */
function expectation(answers: readonly Answer[], { priors, logErrors }: Model): number[] {
  const logs = priors.map(
    (prior, k) => Math.log(prior) + sum(answers.map(({ annotator, label }) => logErrors[annotator]![label]![k]!)),
  );
  const greatest = Math.max(...logs);
  return normalised(logs.map((value) => Math.exp(value - greatest)));
}

/** The bound as crowd-kit has it, which counts the prior once an answer and not once a face. */
function lowerBound(
  answered: readonly number[],
  faces: readonly (readonly Answer[])[],
  truths: readonly (readonly number[])[],
  { priors, logErrors }: Model,
): number {
  let bound = 0;
  answered.forEach((face, index) => {
    truths[index]!.forEach((truth, k) => {
      if (truth === 0) return;
      bound -= truth * Math.log(truth);
      for (const { annotator, label } of faces[face]!) {
        bound += truth * (Math.log(priors[k]!) + logErrors[annotator]![label]![k]!);
      }
    });
  });
  return bound;
}

function expectedAccuracy(answers: readonly Answer[], { priors, logErrors }: Model, count: number): (number | null)[] {
  const given = Array.from({ length: count }, () => new Set<number>());
  for (const { annotator, label } of answers) given[annotator]!.add(label);
  return given.map((labels, annotator) =>
    labels.size === 0
      ? null
      : sum(priors.map((prior, k) => (labels.has(k) ? prior * Math.exp(logErrors[annotator]![k]![k]!) : 0))),
  );
}
