import type { WriteStream } from 'node:tty';

type Stream = Pick<NodeJS.WritableStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;

const PLAIN_EVERY_MS = 5000;

/** What is said beside the outcome, on stderr: lines, and progress that overwrites itself on a terminal. */
export interface Screen {
  say(text: string): void;
  progress(text: string): void;
}

/** A terminal shows progress in one line that is written over; a file or pipe gets a line every five seconds. */
export function createScreen(stream: Stream): Screen {
  const overwrites = stream.isTTY === true;
  let shown = false;
  let last = Date.now();
  const clear = (): void => {
    if (shown) stream.write('\r\x1b[K');
    shown = false;
  };
  return {
    say(text) {
      clear();
      stream.write(`${text}\n`);
    },
    progress(text) {
      if (overwrites) {
        clear();
        if (text !== '') stream.write(text.slice(0, (stream.columns ?? 80) - 1));
        shown = text !== '';
      } else if (text !== '' && Date.now() - last >= PLAIN_EVERY_MS) {
        last = Date.now();
        stream.write(`${text}\n`);
      }
    },
  };
}
