import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

const BLOCK = 1 << 16;

/** A new text file written piece by piece. */
export interface TextFile {
  write(text: string): void;
  /** Returns when all is on disk. */
  close(): void;
}

/** Begins a text file. Throws where it is there. */
export function createTextFile(file: string): TextFile {
  const descriptor = openSync(file, 'wx');
  let waiting: string[] = [];
  let length = 0;
  const flush = (): void => {
    const bytes = Buffer.from(waiting.join(''));
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
    waiting = [];
    length = 0;
  };
  return {
    write(text) {
      waiting.push(text);
      length += text.length;
      if (length >= BLOCK) flush();
    },
    close() {
      flush();
      fsyncSync(descriptor);
      closeSync(descriptor);
    },
  };
}
