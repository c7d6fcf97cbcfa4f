import { type Answer, answersByFace, argmax, type ConsensusMethod, noConsensus, tallyLabels } from './method.ts';

const MOST_ROUNDS = 100;
/** The gain in the evidence's lower bound, per answer, below which another round is not worth it. */
const TOLERANCE = 1e-5;
const SMALLEST_ERROR = 1e-10;

/** The answers to the faces that have any; `truths` holds how probable each class is, a row of C a face. */
interface Answered {
  readonly classCount: number;
  readonly annotatorCount: number;
  readonly faces: readonly (readonly Answer[])[];
  readonly truths: Float64Array;
}

interface Model {
  /** ρ_k: how frequent class k is. */
  readonly priors: Float64Array;
  /** ln P(annotator says l | truth is k) at (annotator·C + l)·C + k. */
  readonly logErrors: Float64Array;
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
    const all = answersByFace(input);
    const places = all.flatMap((answers, face) => (answers.length === 0 ? [] : [face]));
    if (places.length === 0) return noConsensus(input, 'No named annotator has labelled a face yet.');
    const faces = places.map((face) => all[face]!);
    const truths = Float64Array.from(
      faces.flatMap((answers) => tallyLabels(answers, classCount).map((count) => count / answers.length)),
    );
    const answered = { classCount, annotatorCount, faces, truths };
    let model = maximise(answered);
    let reached = Number.NEGATIVE_INFINITY;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      expectation(answered, model);
      model = maximise(answered);
      const bound = lowerBound(answered, model) / input.answers.length;
      if (bound - reached < TOLERANCE) break;
      reached = bound;
    }
    const result: ReturnType<ConsensusMethod['compute']>['faces'][number][] = all.map(() => null);
    places.forEach((face, at) => {
      const probabilities = [...truths.subarray(at * classCount, (at + 1) * classCount)];
      const label = argmax(probabilities);
      result[face] = { label, quality: probabilities[label]!, probabilities };
    });
    return { faces: result, annotatorQuality: expectedAccuracy(answered, model), problem: null };
  },
};

/** The M step: the classes' shares, and each annotator's answers by the truth as it is now thought to be. */
function maximise({ classCount, annotatorCount, faces, truths }: Answered): Model {
  const priors = new Float64Array(classCount);
  const errors = new Float64Array(annotatorCount * classCount * classCount);
  const given = new Uint8Array(annotatorCount * classCount);
  faces.forEach((answers, face) => {
    const truth = face * classCount;
    for (let k = 0; k < classCount; k += 1) priors[k]! += truths[truth + k]! / faces.length;
    for (const { annotator, label } of answers) {
      const row = annotator * classCount + label;
      given[row] = 1;
      for (let k = 0; k < classCount; k += 1) errors[row * classCount + k]! += truths[truth + k]!;
    }
  });
  const totals = new Float64Array(annotatorCount * classCount);
  const clipped = (row: number, k: number): number => Math.max(SMALLEST_ERROR, errors[row * classCount + k]!);
  for (let row = 0; row < given.length; row += 1) {
    const annotator = Math.floor(row / classCount);
    if (given[row] === 0) continue;
    for (let k = 0; k < classCount; k += 1) totals[annotator * classCount + k]! += clipped(row, k);
  }
  const logErrors = errors.map((_, at) => {
    const [row, k] = [Math.floor(at / classCount), at % classCount];
    return Math.log(clipped(row, k) / totals[Math.floor(row / classCount) * classCount + k]!);
  });
  return { priors, logErrors };
}

/** The E step: how probable each class is as the truth of each face, from logarithms shifted by their greatest. */
function expectation({ classCount, faces, truths }: Answered, { priors, logErrors }: Model): void {
  const logPriors = priors.map(Math.log);
  const logs = new Float64Array(classCount);
  faces.forEach((answers, face) => {
    logs.set(logPriors);
    for (const { annotator, label } of answers) {
      const row = (annotator * classCount + label) * classCount;
      for (let k = 0; k < classCount; k += 1) logs[k]! += logErrors[row + k]!;
    }
    const greatest = Math.max(...logs);
    let total = 0;
    for (let k = 0; k < classCount; k += 1) {
      logs[k] = Math.exp(logs[k]! - greatest);
      total += logs[k]!;
    }
    for (let k = 0; k < classCount; k += 1) truths[face * classCount + k] = logs[k]! / total;
  });
}

/** The bound as crowd-kit has it, which counts the prior once an answer and not once a face. */
function lowerBound({ classCount, faces, truths }: Answered, { priors, logErrors }: Model): number {
  let bound = 0;
  faces.forEach((answers, face) => {
    for (let k = 0; k < classCount; k += 1) {
      const truth = truths[face * classCount + k]!;
      if (truth === 0) continue;
      bound -= truth * Math.log(truth);
      for (const { annotator, label } of answers) {
        bound += truth * (Math.log(priors[k]!) + logErrors[(annotator * classCount + label) * classCount + k]!);
      }
    }
  });
  return bound;
}

/** Null of an annotator without answers; a class that an annotator never gave adds nothing. */
function expectedAccuracy({ classCount, annotatorCount, faces }: Answered, model: Model): (number | null)[] {
  const given = new Uint8Array(annotatorCount * classCount);
  for (const { annotator, label } of faces.flat()) given[annotator * classCount + label] = 1;
  return Array.from({ length: annotatorCount }, (_, annotator) => {
    let accuracy: number | null = null;
    for (let k = 0; k < classCount; k += 1) {
      const row = annotator * classCount + k;
      if (given[row] === 1)
        accuracy = (accuracy ?? 0) + model.priors[k]! * Math.exp(model.logErrors[row * classCount + k]!);
    }
    return accuracy;
  });
}
