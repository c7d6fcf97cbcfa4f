import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { ConflictError, UsageError } from '../../../shared/errors.ts';
import type { ModelSpec } from '../../../shared/model-spec.ts';
import { WEIGHTS_FILE } from '../models/write-classifier.ts';
import { CARD_FILE, MANIFEST_FILE, modelFileOf } from '../models/write-folder.ts';

/** Where an export goes: a folder of its own, or a file with others of its name beside it. */
export interface ExportPlace {
  readonly kind: 'folder' | 'file';
  readonly path: string;
  readonly folder: string;
}

/** Names of all files of an export. */
export interface ExportNames {
  readonly model: string;
  readonly weights: string;
  readonly manifest: string;
  readonly card: string;
  stage(name: string): string;
}

/** A path that ends in .onnx is a file, any other a folder. */
export const exportPlace = (path: string): ExportPlace =>
  extname(path).toLowerCase() === '.onnx'
    ? { kind: 'file', path, folder: dirname(path) }
    : { kind: 'folder', path, folder: path };

export function exportNames({ kind, path }: ExportPlace, spec: Pick<ModelSpec, 'name'>): ExportNames {
  const model = kind === 'file' ? basename(path) : modelFileOf(spec);
  const stem = model.slice(0, -extname(model).length);
  const stage = (name: string): string => `${stem}.${name}.onnx`;
  if (kind === 'folder') return { model, weights: WEIGHTS_FILE, manifest: MANIFEST_FILE, card: CARD_FILE, stage };
  return { model, weights: `${stem}.safetensors`, manifest: `${stem}.json`, card: `${stem}.md`, stage };
}

/** Throws ConflictError where a file or a folder with files stands at an export's place, unless it may be replaced. */
export function refuseTakenPlace({ kind, path }: ExportPlace, names: readonly string[], force: boolean): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (kind === 'folder' && stat !== undefined && !stat.isDirectory()) {
    throw new ConflictError(`${path} is there and is no folder.`, { file: path, remedy: 'Name another folder.' });
  }
  if (kind === 'file' && stat?.isDirectory()) {
    throw new UsageError(`${path} is a folder.`, { file: path, remedy: 'Name a file, or a folder without .onnx.' });
  }
  if (force || (kind === 'folder' && stat === undefined)) return;
  const taken = kind === 'folder' ? readdirSync(path) : names.filter((name) => existsSync(join(dirname(path), name)));
  if (taken.length === 0) return;
  throw new ConflictError(
    kind === 'folder' ? `The folder ${path} is not empty.` : `${join(dirname(path), taken[0]!)} exists already.`,
    { file: path, names: taken, kept: 'It is as it was.', remedy: 'Choose another place, or replace it with --force.' },
  );
}

/** An export while it is being made: in place only when all of it is there. */
export interface ExportDraft {
  /** Where the files are written meanwhile. */
  readonly unfinished: string;
  /** Puts the files in their place; where one cannot be, those before it are taken back. */
  publish(force: boolean): void;
  /** Removes what was not published. */
  discard(): void;
}

/** Begins an export beside its place; `token` is its own, so that what a killed attempt left is removed by the next. */
export function beginExport(place: ExportPlace, token: string): ExportDraft {
  const parent = dirname(place.path);
  const created = mkdirSync(parent, { recursive: true });
  const unfinished = `${place.path}.${token}.part`;
  const replaced = join(unfinished, 'replaced');
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished);
  return {
    unfinished,
    publish(force) {
      const files = readdirSync(unfinished);
      refuseTakenPlace(place, files, force);
      const made = mkdirSync(place.folder, { recursive: true });
      mkdirSync(replaced);
      const done: string[] = [];
      try {
        for (const file of files) {
          const target = join(place.folder, file);
          if (existsSync(target)) renameSync(target, join(replaced, file));
          done.push(file);
          renameSync(join(unfinished, file), target);
        }
      } catch (error) {
        for (const file of done) takeBack(join(place.folder, file), join(replaced, file));
        if (made !== undefined) rmSync(made, { recursive: true, force: true });
        throw error;
      }
    },
    discard() {
      rmSync(unfinished, { recursive: true, force: true });
      if (created !== undefined && readdirSync(parent).length === 0) rmSync(created, { recursive: true, force: true });
    },
  };
}

function takeBack(target: string, before: string): void {
  rmSync(target, { force: true });
  if (existsSync(before)) renameSync(before, target);
}
