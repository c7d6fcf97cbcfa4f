import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { GraphError, NotFoundError } from '../../../../shared/errors.ts';
import type { ExternalData } from './tensor-proto.ts';

const LARGEST_READ = 1 << 30;

/**
 * Reads what models keep in files of one folder. Throws GraphError for a place outside the folder, also by a link, for
 * one that is not within its file, and NotFoundError where the file is not there.
 */
export function externalDataIn(folder: string): ExternalData {
  return ({ location, offset, length }) => {
    const file = fileWithin(folder, location);
    const descriptor = openSync(file, 'r');
    try {
      const { size } = fstatSync(descriptor);
      const end = offset + (length ?? size - offset);
      if (offset > size || end > size) {
        throw new GraphError(`${file} has ${size} bytes, but the model reads from ${offset} to ${end}.`, { file });
      }
      return readRange(descriptor, offset, end - offset);
    } finally {
      closeSync(descriptor);
    }
  };
}

function fileWithin(folder: string, location: string): string {
  const file = resolve(folder, location);
  if (location === '' || isAbsolute(location) || /^[A-Za-z]:/.test(location) || !isWithin(folder, file)) {
    throw new GraphError(`The model keeps tensors at “${location}”, which is not in its own folder.`, {
      file: location,
    });
  }
  let real: string;
  try {
    real = realpathSync(file);
  } catch {
    throw new NotFoundError(`The model keeps tensors in ${file}, which is not there.`, {
      file,
      remedy: 'Put the data file beside the model, under the name it had when the model was exported.',
    });
  }
  if (!isWithin(realpathSync(folder), real)) {
    throw new GraphError(`${file} is a link to a place outside the model’s folder.`, { file });
  }
  if (!statSync(real).isFile()) throw new GraphError(`${file} is no file that holds tensors.`, { file });
  return real;
}

function isWithin(folder: string, file: string): boolean {
  const path = relative(resolve(folder), file);
  return path !== '' && path !== '..' && !/^\.\.[\\/]/.test(path) && !isAbsolute(path);
}

function readRange(descriptor: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const count = readSync(descriptor, bytes, done, Math.min(LARGEST_READ, length - done), position + done);
    if (count === 0) throw new GraphError('A data file was cut short while it was read.');
    done += count;
  }
  return bytes;
}
