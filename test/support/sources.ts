import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FERPLUS_CLASSES } from '../../src/shared/class-sets.ts';
import { greyFace } from './png.ts';
import { makeZip } from './zip.ts';

export type Files = Readonly<Record<string, Buffer | string>>;

export const VOTES_HEADER = `Usage,Image name,${FERPLUS_CLASSES.map(({ name }) => name).join(',')}`;
export const HAPPY = '0,10,0,0,0,0,0,0,0,0';
export const SAD = '1,0,0,9,0,0,0,0,0,0';

/** The name of the n-th FERPlus image. */
export function ferName(index: number): string {
  return `fer${String(index).padStart(7, '0')}.png`;
}

/** A `fer2013new.csv` of these lines after its header. */
export function voteTable(...lines: readonly string[]): string {
  return `${[VOTES_HEADER, ...lines].join('\r\n')}\r\n`;
}

/** A Kaggle `fer2013.csv` whose n-th row holds `greyFace(n)`. */
export function kaggleTable(rows: readonly { readonly emotion: number | string; readonly usage: string }[]): string {
  const lines = rows.map(({ emotion, usage }, index) => `${emotion},${greyFace(index).data.join(' ')},${usage}`);
  return `${['emotion,pixels,Usage', ...lines].join('\n')}\n`;
}

/** Writes the files below a folder and returns the folder. */
export function writeFiles(folder: string, files: Files): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Writes the files into one zip and returns its path. */
export function writeZip(file: string, files: Files): string {
  mkdirSync(dirname(file), { recursive: true });
  const items = Object.entries(files).map(([path, data]) => ({ path, data: Buffer.from(data) }));
  writeFileSync(file, makeZip(items));
  return file;
}
