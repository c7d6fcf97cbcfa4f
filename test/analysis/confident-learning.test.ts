import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  estimatedIssueCount,
  estimateLabelNoise,
  type LabelledFaces,
} from '../../src/main/analysis/label-issues/confident-learning.ts';
import { ISSUE_FILTERS } from '../../src/main/analysis/label-issues/index.ts';

/** Nine faces of two classes whose thresholds, joint and issues follow by hand. */
const NINE: LabelledFaces = {
  classCount: 2,
  labels: [0, 0, 0, 0, 0, 1, 1, 1, 1],
  probabilities: [0.9, 0.8, 0.75, 0.1, 0.45, 0.1, 0.4, 0.7, 0.4].map((q) => [q, 1 - q]),
};

const find = (name: string, faces: LabelledFaces): number[] => {
  const filter = ISSUE_FILTERS.find((each) => each.name === name)!;
  return [...filter.find(faces, estimateLabelNoise(faces))].toSorted((a, b) => a - b);
};

describe('confident learning on nine faces worked out by hand', () => {
  const noise = estimateLabelNoise(NINE);

  it('takes the mean self-confidence of a class as its threshold', () => {
    expect(noise.thresholds[0]).toBeCloseTo((0.9 + 0.8 + 0.75 + 0.1 + 0.45) / 5, 12);
    expect(noise.thresholds[1]).toBeCloseTo((0.9 + 0.6 + 0.3 + 0.6) / 4, 12);
  });

  it('counts a face for the class whose threshold it reaches, and not at all where it reaches none', () => {
    // Thresholds 0.6 and 0.6: face 3 is confidently of class 1, face 4 of none, face 7 of class 0.
    expect(noise.confidentClass).toEqual([0, 0, 0, 1, null, 1, 1, 0, 1]);
    expect(noise.confidentJoint).toEqual([
      [3, 1],
      [1, 3],
    ]);
  });

  it('scales the joint to the faces of each label, and adds up what is off its diagonal', () => {
    expect(noise.estimatedJoint).toEqual([
      [3.75, 1.25],
      [1, 3],
    ]);
    expect(estimatedIssueCount(noise)).toBe(2.25);
  });

  it.each(ISSUE_FILTERS.map(({ name }) => name))('finds faces 3 and 7 by %s', (name) => {
    expect(find(name, NINE)).toEqual([3, 7]);
  });

  it('takes a label without a confident face for right, and a class without faces has no threshold', () => {
    const faces = {
      classCount: 3,
      labels: [0, 0],
      probabilities: [
        [0.2, 0.5, 0.3],
        [0.4, 0.3, 0.3],
      ],
    };
    expect(estimateLabelNoise(faces)).toMatchObject({
      thresholds: [expect.closeTo(0.3, 12), null, null],
      confidentJoint: [
        [1, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
      estimatedJoint: [
        [2, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
    });
  });

  it('tells the filters apart: by noise rate looks at pairs of classes, by class at self-confidence', () => {
    // Of six faces labelled 0 four are believed, one is surely 1, and one is believed least but of no other class.
    const faces: LabelledFaces = {
      classCount: 3,
      labels: [0, 0, 0, 0, 0, 0, 1, 2],
      probabilities: [
        [0.8, 0.1, 0.1],
        [0.8, 0.1, 0.1],
        [0.7, 0.2, 0.1],
        [0.7, 0.1, 0.2],
        [0.24, 0.76, 0],
        [0.1, 0.45, 0.45],
        [0.1, 0.7, 0.2],
        [0.1, 0.1, 0.8],
      ],
    };
    // C = [4, 1, 0] over six faces: 1.2 of them are estimated to be of class 1, so one is pruned.
    expect(estimateLabelNoise(faces).estimatedJoint[0]).toEqual([expect.closeTo(4.8, 12), expect.closeTo(1.2, 12), 0]);
    expect(find('prune-by-noise-rate', faces)).toEqual([4]);
    expect(find('prune-by-class', faces)).toEqual([5]);
    expect(find('both', faces)).toEqual([]);
    expect(find('confident-joint', faces)).toEqual([4]);
  });
});

/** The definitions of the paper once more, written as sets of faces instead of loops over rows. */
function byDefinition({ classCount, labels, probabilities }: LabelledFaces) {
  const classes = [...Array(classCount).keys()];
  const faces = [...labels.keys()];
  const q = (face: number, index: number): number => probabilities[face]![index]!;
  const labelled = (given: number): number[] => faces.filter((face) => labels[face] === given);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const threshold = classes.map((given) => mean(labelled(given).map((face) => q(face, given))));
  const confident = (face: number): number[] =>
    classes.filter((index) => q(face, index) >= threshold[index]! - 1e-9).toSorted((a, b) => q(face, b) - q(face, a));
  const joint = classes.map((given) =>
    classes.map((truth) => labelled(given).filter((face) => confident(face)[0] === truth).length),
  );
  const estimate = joint.map((row, given) => {
    const all = row.reduce((sum, count) => sum + count, 0);
    const size = labelled(given).length;
    return row.map((count, truth) => (all > 0 ? (count * size) / all : truth === given ? size : 0));
  });
  const contradicted = (face: number): boolean =>
    q(face, labels[face]!) < Math.max(...probabilities[face]!) ||
    classes.some((index) => index < labels[face]! && q(face, index) === q(face, labels[face]!));
  const first = (list: readonly number[], score: (face: number) => number, count: number): number[] =>
    [...list].sort((a, b) => score(b) - score(a) || a - b).slice(0, count);
  /** Halves round up: ⌊count · size / all + ½⌋ in whole numbers. */
  const estimated = (given: number, count: number): number => {
    const all = joint[given]!.reduce((sum, each) => sum + each, 0);
    return all === 0 ? 0 : Math.floor((2 * count * labelled(given).length + all) / (2 * all));
  };
  const byRate = new Set(
    classes.flatMap((given) =>
      classes
        .filter((truth) => truth !== given)
        .flatMap((truth) =>
          first(labelled(given), (face) => q(face, truth) - q(face, given), estimated(given, joint[given]![truth]!)),
        ),
    ),
  );
  const byClass = new Set(
    classes.flatMap((given) => {
      const wrong = joint[given]!.reduce((sum, count, truth) => (truth === given ? sum : sum + count), 0);
      return first(labelled(given), (face) => -q(face, given), estimated(given, wrong));
    }),
  );
  const sets = {
    'prune-by-noise-rate': faces.filter((face) => byRate.has(face) && contradicted(face)),
    'prune-by-class': faces.filter((face) => byClass.has(face) && contradicted(face)),
    both: faces.filter((face) => byRate.has(face) && byClass.has(face) && contradicted(face)),
    'confident-joint': faces.filter((face) => confident(face).length > 0 && confident(face)[0] !== labels[face]),
  };
  return { threshold, joint, estimate, sets };
}

describe('confident learning on random faces', () => {
  const row = fc
    .array(fc.integer({ min: 1, max: 1000 }), { minLength: 4, maxLength: 4 })
    .map((weights) => weights.map((weight) => weight / weights.reduce((sum, each) => sum + each, 0)));
  const labelledFaces = fc
    .array(fc.tuple(fc.nat({ max: 3 }), row), { minLength: 8, maxLength: 60 })
    .filter((list) => new Set(list.map(([label]) => label)).size === 4)
    .map(
      (list): LabelledFaces => ({
        classCount: 4,
        labels: list.map(([label]) => label),
        probabilities: list.map(([, probabilities]) => probabilities),
      }),
    );

  it('agrees with the definitions written once more', () => {
    fc.assert(
      fc.property(labelledFaces, (faces) => {
        const noise = estimateLabelNoise(faces);
        const expected = byDefinition(faces);
        expect(noise.thresholds).toEqual(expected.threshold.map((value) => expect.closeTo(value, 12)));
        expect(noise.confidentJoint).toEqual(expected.joint);
        noise.estimatedJoint.forEach((counts, given) => {
          expect(counts).toEqual(expected.estimate[given]!.map((value) => expect.closeTo(value, 9)));
          const labelled = faces.labels.filter((label) => label === given).length;
          expect(counts.reduce((sum, count) => sum + count, 0)).toBeCloseTo(labelled, 9);
        });
        for (const { name } of ISSUE_FILTERS) expect(find(name, faces), name).toEqual(expected.sets[name]);
      }),
      { numRuns: 300 },
    );
  });
});
