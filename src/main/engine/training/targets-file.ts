import { WeightsError } from '../../../shared/errors.ts';
import { loadSafetensors, readSafetensors, writeSafetensors } from '../weights/safetensors.ts';
import type { FaceTargets } from './targets.ts';

/** Writes a target table as a safetensors file: about 70 bytes a face with eight classes. Throws WeightsError. */
export function saveTargets(file: string, table: FaceTargets): void {
  const { classes, ids, labels, targets, shares, ambiguity, dropped } = table;
  const rows = [ids.length, classes.length];
  writeSafetensors(
    file,
    new Map([
      ['ids', { dtype: 'uint32', shape: [ids.length], data: ids }],
      ['labels', { dtype: 'uint16', shape: [ids.length], data: labels }],
      ['targets', { dtype: 'float32', shape: rows, data: targets }],
      ['shares', { dtype: 'float32', shape: rows, data: shares }],
      ['ambiguity', { dtype: 'float32', shape: [ids.length], data: ambiguity }],
    ]),
    { classes: JSON.stringify(classes), dropped: String(dropped) },
  );
}

/** The table that `saveTargets` wrote. Throws WeightsError for any other file, NotFoundError where there is none. */
export function loadTargets(file: string): FaceTargets {
  const { classes, dropped } = metadataOf(file);
  const tensors = loadSafetensors(file);
  const read = <Data>(name: string, kind: new (length: number) => Data, length: number): Data => {
    const data = tensors.get(name)?.data;
    if (data instanceof kind && (data as { length: number }).length === length) return data as Data;
    throw new WeightsError(`${file} is no table of training targets: ${name} is missing or of another size.`, { file });
  };
  const count = tensors.get('ids')?.data.length ?? 0;
  return {
    classes,
    dropped,
    ids: read('ids', Uint32Array, count),
    labels: read('labels', Uint16Array, count),
    targets: read('targets', Float32Array, count * classes.length),
    shares: read('shares', Float32Array, count * classes.length),
    ambiguity: read('ambiguity', Float32Array, count),
  };
}

function metadataOf(file: string): Pick<FaceTargets, 'classes' | 'dropped'> {
  const opened = readSafetensors(file);
  opened.close();
  const { classes, dropped } = opened.metadata;
  if (classes === undefined || dropped === undefined) {
    throw new WeightsError(`${file} is no table of training targets: it names no classes.`, { file });
  }
  return { classes: JSON.parse(classes) as string[], dropped: Number(dropped) };
}
