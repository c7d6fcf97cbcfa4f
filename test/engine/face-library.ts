import { createHash } from 'node:crypto';
import { encode } from 'fast-png';
import { createDataset, ensureVoteFile } from '../../src/main/library/datasets.ts';
import type { Library } from '../../src/main/library/db.ts';
import { insertSamples, type NewSample } from '../../src/main/library/samples.ts';
import type { Split } from '../../src/shared/entities.ts';

export const CLASS_NAMES = ['neutral', 'happiness', 'surprise'] as const;

export interface GeneratedFaces {
  readonly count: number;
  readonly size?: number;
  readonly channels?: 1 | 3;
  readonly name?: string;
  readonly split?: (index: number) => Split;
  readonly votes?: (index: number) => readonly number[];
}

/** The pixels of generated face number `index`: a gradient that no other index has. */
export function facePixels(index: number, size: number, channels: 1 | 3): Uint8Array {
  return Uint8Array.from({ length: size * size * channels }, (_, at) => {
    const channel = at % channels;
    const pixel = Math.floor(at / channels);
    return (index * 37 + Math.floor(index / 256) * (pixel % 5) + pixel * (channel + 1) + channel * 61) % 256;
  });
}

/** Enters a dataset of generated faces, each a PNG of its own inside the library; returns its number. */
export function addFaces(library: Library, faces: GeneratedFaces): number {
  const { count, size = 8, channels = 1, name = 'generated', split = () => 'valid', votes = () => [3, 1, 0] } = faces;
  const datasetId = createDataset(library, {
    name,
    kind: 'test',
    classes: CLASS_NAMES.map((className) => ({ name: className, emotion: true })),
  });
  const voteFileId = ensureVoteFile(library, datasetId, 'votes.csv');
  const batch = Array.from({ length: count }, (_, index): NewSample => {
    const data = facePixels(index, size, channels);
    const bytes = Buffer.from(encode({ width: size, height: size, channels, depth: 8, data }));
    return {
      key: `${name}-${index}`,
      split: split(index),
      image: {
        contentHash: createHash('sha256').update(data).update(String(index)).digest(),
        width: size,
        height: size,
        mediaType: 'image/png',
        byteSize: bytes.length,
        bytes,
        file: null,
        thumbnail: null,
      },
      imageFile: `${index}.png`,
      votes: votes(index),
      voteFileId,
      voteRow: index + 1,
    };
  });
  insertSamples(library, datasetId, batch);
  return datasetId;
}
