import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname, join, sep } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { type CountenanceError, UsageError } from '../../shared/errors.ts';
import type { UploadInQuestion } from '../api/uploads-in-use.ts';
import { hasImageName } from '../import/image-type.ts';
import { LARGEST_STORED_IMAGE } from '../library/images.ts';

const uploadIdSchema = z.uuid();
const LONGEST_PATH = 1024;
const DEEPEST_PATH = 32;

export interface UploadOptions {
  /** The folder under which a folder for this server's uploads is made. */
  readonly parent: string;
  /** The most bytes this server takes in, all uploads together. */
  readonly mostBytes: number;
  /** Whether something in the library still needs the files of that upload. */
  isNeeded(upload: UploadInQuestion): boolean;
}

/** What a browser dropped, kept on the backend's machine for an import to read. */
export interface Uploads {
  /** Stores one file of an upload; `path` is relative to the upload's folder, both are returned absolute. */
  receive(uploadId: string, relativePath: string, body: IncomingMessage): Promise<{ path: string; folder: string }>;
  /** Removes every upload that nothing needs. */
  close(): Promise<void>;
}

/** Keeps uploads in a temporary folder of their own, made at the first one. */
export function createUploads(options: UploadOptions): Uploads {
  let root: Promise<string> | null = null;
  const received = new Map<string, UploadInQuestion>();
  let total = 0;

  async function makeRoot(): Promise<string> {
    await mkdir(options.parent, { recursive: true });
    return mkdtemp(join(options.parent, 'countenance-upload-'));
  }

  const counter = (): Transform =>
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        total += chunk.length;
        done(total > options.mostBytes ? tooLarge(options.mostBytes) : null, chunk);
      },
    });

  return {
    async receive(uploadId, relativePath, body) {
      if (!uploadIdSchema.safeParse(uploadId).success) throw new UsageError('An upload is named by a UUID.');
      const id = uploadId.toLowerCase();
      const steps = safeSteps(relativePath);
      root ??= makeRoot();
      const folder = join(await root, id);
      const path = join(folder, ...steps);
      await mkdir(dirname(path), { recursive: true });
      const before = await stat(path).catch(() => null);
      if (before !== null) throw new UsageError(`The file ${steps.join('/')} was already sent.`, { file: path });
      try {
        received.set(id, received.get(id) ?? { id, hasLargeImages: false });
        await pipeline(body, counter(), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
      if (hasImageName(path) && (await stat(path)).size > LARGEST_STORED_IMAGE)
        received.set(id, { id, hasLargeImages: true });
      return { path, folder };
    },
    async close() {
      if (root === null) return;
      const folder = await root;
      const unneeded = [...received.values()].filter((upload) => !options.isNeeded(upload)).map(({ id }) => id);
      const all = unneeded.length === received.size;
      for (const path of all ? [folder] : unneeded.map((id) => join(folder, id))) {
        await rm(path, { recursive: true, force: true });
      }
    },
  };
}

/** The steps of a relative path with forward slashes. Throws UsageError for one that climbs, is absolute or odd. */
export function safeSteps(relativePath: string): readonly string[] {
  const steps = relativePath.split('/');
  const odd = (step: string): boolean =>
    step === '' ||
    step === '.' ||
    step === '..' ||
    step.includes('\\') ||
    step.includes('\0') ||
    step.includes(':') ||
    step.includes(sep);
  if (relativePath.length > LONGEST_PATH || steps.length > DEEPEST_PATH || steps.some(odd)) {
    throw new UsageError(`“${relativePath.slice(0, 200)}” is not a path within an upload.`, {
      field: 'path',
      remedy: 'Send paths relative to the chosen folder, with forward slashes.',
    });
  }
  return steps;
}

function tooLarge(mostBytes: number): CountenanceError {
  return new UsageError(`Uploads may hold at most ${Math.floor(mostBytes / 2 ** 20)} MiB together.`, {
    remedy: 'Give the path of the file on this machine instead of dropping it.',
  });
}
