import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WeightsError } from '../../../../shared/errors.ts';
import { loadSafetensors, readSafetensors, writeSafetensors } from '../../weights/safetensors.ts';

/** What the model before a run and the best weights of an epoch say of the faces that the run validates with. */
export interface BeforeAfter {
  readonly epoch: number;
  readonly classes: readonly string[];
  readonly ids: Uint32Array;
  readonly labels: Uint16Array;
  /** N×C probabilities each. */
  readonly before: Float32Array;
  readonly after: Float32Array;
}

const fileOf = (folder: string): string => join(folder, 'before-after.safetensors');

/** Keeps both predictions in the run's folder, in place of earlier ones. Throws WeightsError. */
export function saveBeforeAfter(folder: string, { epoch, classes, ids, labels, before, after }: BeforeAfter): void {
  const shape = [ids.length, classes.length];
  writeSafetensors(
    fileOf(folder),
    new Map([
      ['ids', { dtype: 'uint32', shape: [ids.length], data: ids }],
      ['labels', { dtype: 'uint16', shape: [ids.length], data: labels }],
      ['before', { dtype: 'float32', shape, data: before }],
      ['after', { dtype: 'float32', shape, data: after }],
    ]),
    { classes: JSON.stringify(classes), epoch: String(epoch) },
  );
}

/** The predictions with an epoch's weights that a run keeps; null where it has none of them. Throws WeightsError. */
export function loadBeforeAfter(folder: string, epoch: number): BeforeAfter | null {
  const file = fileOf(folder);
  if (!existsSync(file)) return null;
  const opened = readSafetensors(file);
  opened.close();
  if (Number(opened.metadata.epoch) !== epoch) return null;
  const tensors = loadSafetensors(file);
  const read = <Data>(name: string, kind: new (length: number) => Data): Data => {
    const data = tensors.get(name)?.data;
    if (data instanceof kind) return data;
    throw new WeightsError(`${file} holds no two sets of predictions: ${name} is missing.`, { file });
  };
  return {
    epoch,
    classes: JSON.parse(opened.metadata.classes ?? '[]') as string[],
    ids: read('ids', Uint32Array),
    labels: read('labels', Uint16Array),
    before: read('before', Float32Array),
    after: read('after', Float32Array),
  };
}
