import { z } from 'zod';
import { errorRecordSchema } from '../../shared/entities.ts';
import { fromErrorRecord } from '../../shared/errors.ts';
import { type ChosenFile, topPaths } from './chosen-files.ts';

const AT_ONCE = 4;
const answerSchema = z.object({ path: z.string() });

export interface UploadProgress {
  readonly files: number;
  readonly filesDone: number;
  readonly bytes: number;
  readonly bytesDone: number;
}

/** Sends one file's raw bytes and answers the path the server keeps it under; aborts with the signal. */
function send(url: string, file: File, signal: AbortSignal, moved: (bytes: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    signal.addEventListener('abort', abort, { once: true });
    request.upload.addEventListener('progress', (event) => moved(event.loaded));
    request.addEventListener('loadend', () => signal.removeEventListener('abort', abort));
    request.addEventListener('abort', () => reject(new DOMException('The upload was cancelled.', 'AbortError')));
    request.addEventListener('error', () => reject(new Error(`${file.name} could not be sent: the server is gone.`)));
    request.addEventListener('load', () => {
      if (request.status === 200) resolve(answerSchema.parse(JSON.parse(request.responseText)).path);
      else reject(refusal(request, file));
    });
    request.open('POST', url);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.send(file);
  });
}

const refusalSchema = z.object({ error: errorRecordSchema });

function refusal(request: XMLHttpRequest, file: File): Error {
  try {
    return fromErrorRecord(refusalSchema.parse(JSON.parse(request.responseText)).error);
  } catch {
    return new Error(`${file.name} was refused with status ${request.status}.`);
  }
}

/**
 * Uploads files under one fresh upload id, four at a time, and answers the server's paths of what was dropped:
 * the top folders and single files. Progress is told after every chunk; throws at the first refusal.
 */
export async function upload(
  files: readonly ChosenFile[],
  signal: AbortSignal,
  tell: (progress: UploadProgress) => void,
): Promise<readonly string[]> {
  const id = crypto.randomUUID();
  const moved = files.map(() => 0);
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  const stored: { path: string; fullPath: string }[] = [];
  let next = 0;
  const report = (): void =>
    tell({
      files: files.length,
      filesDone: stored.length,
      bytes,
      bytesDone: moved.reduce((sum, each) => sum + each, 0),
    });

  async function worker(): Promise<void> {
    for (let index = next++; index < files.length; index = next++) {
      const chosen = files[index]!;
      const url = `/uploads/${id}?path=${encodeURIComponent(chosen.path)}`;
      const fullPath = await send(url, chosen.file, signal, (count) => {
        moved[index] = Math.min(count, chosen.file.size);
        report();
      });
      moved[index] = chosen.file.size;
      stored.push({ path: chosen.path, fullPath });
      report();
    }
  }

  report();
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, files.length) }, worker));
  return topPaths(stored);
}
