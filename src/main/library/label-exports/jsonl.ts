import { join } from 'node:path';
import { HISTORY_FORMAT } from '../../import/label-files/history.ts';
import {
  type ExportedFace,
  isoTime,
  type LabelExport,
  type LabelSource,
  type LabelTarget,
  type NamedLabel,
} from './label-export.ts';
import { createTextFile } from './text-file.ts';

/** One JSON object a line: the dataset, its faces with votes and labels, then every event in its order. */
export const jsonl = {
  name: 'jsonl',
  label: 'JSONL with history',
  explanation: 'One JSON object a line: the faces with their votes and labels, and the whole history of every label.',
  suffix: '.jsonl',
  async write(source, target) {
    const faces = await writeHistory(source, target, `${target.name}.jsonl`, { withFaces: true });
    return { faces, leftOut: [] };
  },
} as const satisfies LabelExport<'jsonl'>;

/** Writes a history: its first line, the faces if they are wanted, then the events. Returns how many faces. */
export async function writeHistory(
  source: LabelSource,
  { folder, tick }: LabelTarget,
  name: string,
  { withFaces = false } = {},
): Promise<number> {
  const file = createTextFile(join(folder, name));
  let faces = 0;
  try {
    const { dataset, kind, voteFiles, exportedAt } = source;
    const classes = source.classes.map((entry) => entry.name);
    file.write(jsonLine({ ...HISTORY_FORMAT, dataset, kind, classes, voteFiles, exportedAt: isoTime(exportedAt) }));
    if (withFaces) {
      for (const face of source.faces()) {
        file.write(jsonLine(faceRecord(face, classes)));
        faces += 1;
        await tick();
      }
    }
    for (const event of source.history()) file.write(jsonLine(event));
  } finally {
    file.close();
  }
  return faces;
}

const jsonLine = (value: object): string => `${JSON.stringify(value)}\n`;

/** A face with classes by name, votes of zero left out. */
export function faceRecord(face: ExportedFace, classes: readonly string[]): object {
  const { key, split, label, relabel, votes, currentVotes } = face;
  const nameOf = (index: number): string => classes[index]!;
  const labelled = (given: NamedLabel): object => ({ ...given, label: nameOf(given.label), at: isoTime(given.at) });
  return {
    type: 'face',
    face: key,
    split,
    votes: countsByName(votes, classes),
    currentVotes: countsByName(currentVotes, classes),
    label: label === null ? null : nameOf(label),
    relabel: relabel === null ? null : labelled(relabel),
    annotators: face.byAnnotator.map(labelled),
  };
}

const countsByName = (votes: readonly number[], classes: readonly string[]): object =>
  Object.fromEntries(votes.flatMap((count, index) => (count === 0 ? [] : [[classes[index]!, count]])));
