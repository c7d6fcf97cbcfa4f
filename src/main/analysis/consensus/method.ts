/** One named annotator's label of one face; all three are indices, and an annotator labels a face at most once. */
export interface Answer {
  readonly face: number;
  readonly annotator: number;
  readonly label: number;
}

/**
 * What a method may look at. `counts` has one row of votes a face, the crowd's and the annotators' together; `answers`
 * are the annotators' alone; `probabilities` a model's, in the same classes, null where it has not seen the face.
 */
export interface ConsensusInput {
  readonly classCount: number;
  readonly annotatorCount: number;
  readonly counts: readonly (readonly number[])[];
  readonly answers: readonly Answer[];
  readonly probabilities: readonly (readonly number[] | null)[];
}

/** One face: its consensus label, the probability of each class, and the quality of the label from 0 to 1. */
export interface FaceConsensus {
  readonly label: number;
  readonly quality: number;
  readonly probabilities: readonly number[];
}

/** `faces` stand in the input's order, null without anything to go by; `annotatorQuality` too, from 0 to 1. */
export interface Consensus {
  readonly faces: readonly (FaceConsensus | null)[];
  /** Null where the method knows no annotators. */
  readonly annotatorQuality: readonly (number | null)[] | null;
  /** Why there is no consensus at all, in words. */
  readonly problem: string | null;
}

/** A way to make one label of many. To add one: a file with such an object, and its line in `index.ts`. */
export interface ConsensusMethod<Name extends string = string> {
  readonly name: Name;
  readonly label: string;
  readonly explanation: string;
  /** Whether it takes anonymous counts, or needs to know who said what. */
  readonly source: 'counts' | 'annotators';
  readonly usesModel: boolean;
  compute(input: ConsensusInput): Consensus;
}

/** The answers to each face. */
export function answersByFace({ counts, answers }: Pick<ConsensusInput, 'counts' | 'answers'>): Answer[][] {
  const faces: Answer[][] = counts.map(() => []);
  for (const answer of answers) faces[answer.face]!.push(answer);
  return faces;
}

/** How many answers each class got. */
export function tallyLabels(answers: readonly Answer[], classCount: number): number[] {
  const tally = new Array<number>(classCount).fill(0);
  for (const { label } of answers) tally[label]! += 1;
  return tally;
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The mean, or null of nothing. */
export const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : sum(values) / values.length;

/** The first greatest. */
export const argmax = (values: readonly number[]): number => {
  let best = 0;
  values.forEach((value, index) => {
    if (value > values[best]!) best = index;
  });
  return best;
};

/** A method that cannot say anything, and why. */
export const noConsensus = ({ counts }: ConsensusInput, problem: string): Consensus => ({
  faces: counts.map(() => null),
  annotatorQuality: null,
  problem,
});
