import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crowdlab } from '../../../src/main/analysis/consensus/crowdlab.ts';
import { crowdlabEqual } from '../../../src/main/analysis/consensus/crowdlab-equal.ts';
import { dawidSkene } from '../../../src/main/analysis/consensus/dawid-skene.ts';
import { CONSENSUS_METHODS } from '../../../src/main/analysis/consensus/index.ts';
import { majority } from '../../../src/main/analysis/consensus/majority.ts';
import type { Consensus } from '../../../src/main/analysis/consensus/method.ts';
import { voteSum } from '../../../src/main/analysis/consensus/vote-sum.ts';
import { inputOf, LABELS, PROBABILITIES } from './reference.ts';

// The numbers below come from another implementation of the published definitions, in NumPy and pandas: crowd-kit's
// MajorityVote and DawidSkene (n_iter 100, tol 1e-5) and cleanlab's get_label_quality_multiannotator (best_quality).
const DIGITS = 9;

const labelsOf = ({ faces }: Consensus): (number | null)[] => faces.map((face) => face?.label ?? null);

function expectClose(found: readonly (number | null | undefined)[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, index) => {
    expect(found[index]).toBeCloseTo(value, DIGITS);
  });
}

function expectProbabilities(found: Consensus, expected: readonly (readonly number[])[]): void {
  expect(found.faces).toHaveLength(expected.length);
  expected.forEach((row, index) => {
    expectClose(found.faces[index]!.probabilities, row);
  });
}

describe('the majority of annotators, as crowd-kit’s MajorityVote', () => {
  const found = majority.compute(inputOf(LABELS));

  it('gives each face the label that most gave, the first class of equals', () => {
    expect(labelsOf(found)).toEqual([0, 0, 1, 1, 2, 2, 0, 1, 0, 2, 1, 2]);
    expect(found.faces[4]).toEqual({ label: 2, quality: 0.75, probabilities: [0.25, 0, 0.75] });
  });

  it('scores an annotator by the share of answers that agree', () => {
    expectClose(found.annotatorQuality!, [0.9, 0.7, 7 / 9, 0.75]);
  });

  it('leaves the crowd out: a face that nobody labelled by name has no majority', () => {
    const input = { ...inputOf([[1]]), counts: [[9, 1, 0]] };
    expect(labelsOf(majority.compute(input))).toEqual([1]);
    expect(majority.compute({ ...input, answers: [] }).faces).toEqual([null]);
  });
});

describe('the vote sum', () => {
  it('takes the class with most votes, whoever gave them, and its share as the quality', () => {
    const counts = [
      [3, 5, 2],
      [0, 0, 0],
      [4, 4, 0],
    ];
    const found = voteSum.compute({ ...inputOf([[0], [null], [1]]), counts });
    expect(labelsOf(found)).toEqual([1, null, 0]);
    expect(found.faces[0]).toMatchObject({ quality: 0.5, probabilities: [0.3, 0.5, 0.2] });
    expect(found.annotatorQuality).toEqual([0]);
  });
});

describe('Dawid–Skene, as crowd-kit’s DawidSkene', () => {
  const found = dawidSkene.compute(inputOf(LABELS));

  it('finds the same truths', () => {
    expect(labelsOf(found)).toEqual([0, 0, 1, 1, 2, 2, 0, 2, 1, 2, 1, 2]);
    expectProbabilities(found, [
      [0.9999927021, 7.2979e-6, 0],
      [1, 0, 0],
      [0, 1, 0],
      [0, 1, 0],
      [0, 0, 1],
      [0, 0, 1],
      [0.7009877389, 0.2990122611, 0],
      [0, 0.2021513245, 0.7978486755],
      [5e-10, 0.9999999995, 0],
      [0.0011621739, 0.233832341, 0.7650054852],
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });

  it('scores an annotator by the accuracy that their confusions lead one to expect', () => {
    expectClose(found.annotatorQuality!, [0.8684037043, 0.6746202481, 0.8199997991, 0.8847482224]);
  });

  it('passes over faces without answers, and says so when there are none at all', () => {
    const some = dawidSkene.compute(inputOf([...LABELS, [null, null, null, null]]));
    expect(some.faces.at(-1)).toBeNull();
    expectProbabilities(
      { ...some, faces: some.faces.slice(0, -1) },
      found.faces.map((face) => face!.probabilities),
    );
    expect(dawidSkene.compute(inputOf([[null]])).problem).toMatch(/annotator/);
  });
});

describe('CROWDLAB, as cleanlab’s get_label_quality_multiannotator', () => {
  const found = crowdlab.compute(inputOf(LABELS, PROBABILITIES));

  it('finds the same consensus, posteriors and qualities', () => {
    expect(labelsOf(found)).toEqual([0, 0, 1, 1, 2, 2, 1, 2, 0, 0, 1, 2]);
    expectProbabilities(found, [
      [0.7305523731, 0.1637190569, 0.10572857],
      [0.6212632199, 0.2720962169, 0.1066405631],
      [0.1640844212, 0.7302446979, 0.1056708809],
      [0.1066405631, 0.7107069741, 0.1826524628],
      [0.2894804199, 0.1579431001, 0.55257648],
      [0.1053617047, 0.1660425369, 0.7285957584],
      [0.4060905297, 0.4221991235, 0.1717103469],
      [0.1697697188, 0.3364177657, 0.4938125155],
      [0.4252620435, 0.4167948564, 0.1579431001],
      [0.4290866037, 0.1841487702, 0.386764626],
      [0.4003525592, 0.4930068777, 0.1066405631],
      [0.0767333265, 0.1347238134, 0.7885428601],
    ]);
    expect(found.faces.map((face) => face!.quality)).toEqual(
      found.faces.map((face) => face!.probabilities[face!.label]),
    );
  });

  it('scores the annotators as cleanlab’s annotator_quality', () => {
    expectClose(found.annotatorQuality!, [0.7239905024, 0.6707119038, 0.6099052787, 0.598619415]);
  });

  it('passes over faces that the model has not seen or nobody labelled', () => {
    const none = [null, null, null, null];
    const input = inputOf([...LABELS, none, [0, 0, 0, 0]], [...PROBABILITIES, [1, 0, 0], null]);
    const wider = crowdlab.compute(input);
    expect(wider.faces.slice(-2)).toEqual([null, null]);
    expect(labelsOf(wider).slice(0, -2)).toEqual(labelsOf(found));
  });

  it('says what is missing: a prediction, or a second annotator', () => {
    expect(crowdlab.compute(inputOf(LABELS)).problem).toMatch(/prediction/);
    expect(
      crowdlab.compute(
        inputOf(
          [[0], [1]],
          [
            [1, 0, 0],
            [0, 1, 0],
          ],
        ),
      ).problem,
    ).toMatch(/two annotators/);
  });
});

describe('CROWDLAB with equal weights, for counts', () => {
  const counts = [
    [8, 2, 0],
    [1, 9, 0],
    [0, 4, 6],
    [5, 5, 0],
    [0, 0, 1],
    [3, 3, 4],
    [10, 0, 0],
    [0, 0, 0],
  ];
  const probabilities = [
    [0.7, 0.2, 0.1],
    [0.3, 0.6, 0.1],
    [0.2, 0.5, 0.3],
    [0.4, 0.5, 0.1],
    [0.3, 0.3, 0.4],
    [0.6, 0.2, 0.2],
    [0.9, 0.05, 0.05],
    [0.5, 0.3, 0.2],
  ];
  const input = { classCount: 3, annotatorCount: 0, counts, answers: [], probabilities };

  it('is CROWDLAB over the votes one by one, each annotator’s agreement being the whole crowd’s', () => {
    const found = crowdlabEqual.compute(input);
    expect(labelsOf(found)).toEqual([0, 1, 2, 1, 2, 0, 0, null]);
    expectProbabilities({ ...found, faces: found.faces.slice(0, -1) }, [
      [0.6375702169, 0.2324976953, 0.1299320878],
      [0.2542466658, 0.6158212464, 0.1299320878],
      [0.1786199373, 0.4324390018, 0.3889410609],
      [0.4106900314, 0.4593778808, 0.1299320878],
      [0.2864932224, 0.2864932224, 0.4270135551],
      [0.4541879722, 0.2594365744, 0.2863754534],
      [0.7888236738, 0.1055881631, 0.1055881631],
    ]);
  });

  it('is CROWDLAB itself where the annotators agree equally often', () => {
    // Each of three annotators disagrees with both others on one face: the agreement of each is (6 + 0 + 1 + 1) / 10.
    const labels = [
      [0, 0, 0],
      [1, 1, 1],
      [2, 2, 2],
      [1, 0, 0],
      [1, 2, 1],
      [0, 0, 2],
    ];
    const model = [
      [0.8, 0.1, 0.1],
      [0.1, 0.8, 0.1],
      [0.3, 0.3, 0.4],
      [0.2, 0.7, 0.1],
      [0.3, 0.4, 0.3],
      [0.6, 0.2, 0.2],
    ];
    const named = crowdlab.compute(inputOf(labels, model));
    const counted = crowdlabEqual.compute(inputOf(labels, model));
    expect(labelsOf(counted)).toEqual(labelsOf(named));
    expectProbabilities(
      counted,
      named.faces.map((face) => face!.probabilities),
    );
  });

  it('is called an approximation where it is offered', () => {
    expect(crowdlabEqual.explanation).toMatch(/approximation/i);
  });
});

describe.each(CONSENSUS_METHODS)('$name', (method) => {
  it('gives probabilities that sum to one and the quality of a label that it gives', () => {
    const labels = fc.array(
      fc.array(fc.option(fc.integer({ min: 0, max: 2 }), { nil: null }), { minLength: 3, maxLength: 3 }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(labels, (rows) => {
        const { faces } = method.compute(
          inputOf(
            rows,
            rows.map((_, face) => PROBABILITIES[face % 12]!),
          ),
        );
        expect(faces).toHaveLength(rows.length);
        for (const face of faces) {
          if (face === null) continue;
          expect(face.probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
          expect(face.quality).toBe(face.probabilities[face.label]);
          expect(face.quality).toBeGreaterThan(0);
        }
      }),
    );
  });
});
