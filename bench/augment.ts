import { AUGMENTATION_PRESETS } from '../src/main/engine/training/augmentation/presets.ts';
import { makeBatch } from '../src/main/engine/training/batch.ts';
import { epochOrder } from '../src/main/engine/training/sampling/epoch-order.ts';
import { SAMPLERS } from '../src/main/engine/training/sampling/index.ts';
import { SAMPLING_DEFAULTS } from '../src/main/engine/training/sampling/sampler.ts';
import type { TrainingSet } from '../src/main/engine/training/targets.ts';
import { seededRandom } from '../test/support/random.ts';

export const name = 'augment';
export const describe = 'faces a second that come augmented into batches, and milliseconds to order an epoch';

const SIDES = [48, 100];
const FACES = 25_060;
const CLASSES = 8;
const BATCH = 64;
const ROUNDS = 5;

/** Makes an epoch of batches with every preset (goal at 48×48: 20,000 faces a second), and orders one in every way. */
export async function run(): Promise<void> {
  for (const side of SIDES) {
    const set = generatedSet(side, 2_048);
    const prior = new Float32Array(CLASSES * CLASSES).fill(1 / CLASSES);
    const classWeights = new Float32Array(CLASSES).fill(1);
    for (const { name: preset, amounts } of AUGMENTATION_PRESETS) {
      const seconds = median(() => {
        for (let start = 0; start < set.faces.length; start += BATCH) {
          const positions = Uint32Array.from({ length: BATCH }, (_, index) => start + index);
          makeBatch(set, { prior, classWeights, augmentation: { amounts, seed: 1, epoch: 1 } }, positions);
        }
      });
      const rate = Math.round(set.faces.length / seconds).toLocaleString('en');
      print(`${side}×${side}, batches of ${BATCH}, preset ${preset}`, `${rate} faces/s`);
    }
  }
  const { faces } = generatedSet(1, FACES);
  for (const sampler of SAMPLERS) {
    const seconds = median(() => epochOrder(faces, sampler, SAMPLING_DEFAULTS, { seed: 1, epoch: 1 }));
    print(`order of ${FACES.toLocaleString('en')} faces, ${sampler.name}`, `${(seconds * 1000).toFixed(1)} ms`);
  }
}

function generatedSet(side: number, count: number): TrainingSet {
  const random = seededRandom(1);
  const faces = Array.from({ length: count }, (_, id) => ({
    id,
    pixels: Uint8Array.from({ length: side * side }, () => 256 * random()),
    target: new Float32Array(CLASSES).fill(1 / CLASSES),
    label: Math.floor(CLASSES * random() ** 3),
    ambiguity: random(),
  }));
  return { side, classes: Array.from({ length: CLASSES }, (_, index) => `class ${index}`), faces };
}

/** The median of a few rounds in seconds, after one that is not counted. */
function median(work: () => void): number {
  work();
  const times = Array.from({ length: ROUNDS }, () => {
    const begun = performance.now();
    work();
    return (performance.now() - begun) / 1000;
  });
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}

function print(what: string, figure: string): void {
  process.stdout.write(`${what.padEnd(52)} ${figure}\n`);
}
