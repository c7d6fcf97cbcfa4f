import { read as readFd } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import yauzl from 'yauzl';

const BLOCK_BYTES = 1 << 20;

/**
 * Reads a zip's directory in blocks of a megabyte: yauzl asks for a few bytes at a time, and one system call for
 * each makes the listing of thirty thousand entries take seconds. The handle stays the caller's to close.
 */
export class BlockReader extends yauzl.RandomAccessReader {
  readonly #handle: FileHandle;
  readonly #size: number;
  #block = Buffer.alloc(0);
  #start = 0;

  constructor(handle: FileHandle, size: number) {
    super();
    this.#handle = handle;
    this.#size = size;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    const from = position - this.#start;
    if (position + length > this.#size) callback(new Error('it ends too early'));
    else if (from >= 0 && from + length <= this.#block.length) {
      this.#block.copy(buffer, offset, from, from + length);
      callback(null);
    } else this.#fetch(buffer, offset, length, position, callback);
  }

  #fetch(buffer: Buffer, offset: number, length: number, position: number, done: (error: Error | null) => void): void {
    const wanted = Math.min(Math.max(length, BLOCK_BYTES), this.#size - position);
    const block = Buffer.allocUnsafe(wanted);
    readFd(this.#handle.fd, block, 0, wanted, position, (error, bytesRead) => {
      if (error === null && bytesRead >= length) {
        this.#block = block.subarray(0, bytesRead);
        this.#start = position;
        this.#block.copy(buffer, offset, 0, length);
        done(null);
      } else done(error ?? new Error('it ends too early'));
    });
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#blocks(start, end), { objectMode: false });
  }

  async *#blocks(start: number, end: number): AsyncGenerator<Buffer> {
    for (let position = start; position < end; ) {
      const wanted = Math.min(BLOCK_BYTES, end - position);
      const { buffer, bytesRead } = await this.#handle.read(Buffer.allocUnsafe(wanted), 0, wanted, position);
      if (bytesRead === 0) throw new Error('it ends too early');
      yield buffer.subarray(0, bytesRead);
      position += bytesRead;
    }
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }
}

const BLOCKS_HELD = 8;

/**
 * Ranges of a file, fetched a megabyte at a time: faces lie in a zip in the order they are read, so that one read
 * brings hundreds of them. A range past the file's end comes back shorter.
 */
export class BlockCache {
  readonly #handle: FileHandle;
  readonly #blocks = new Map<number, Promise<Buffer>>();

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(position: number, length: number): Promise<Buffer> {
    const first = Math.floor(position / BLOCK_BYTES);
    const last = Math.floor((position + length - 1) / BLOCK_BYTES);
    if (last - first > 1) return await this.#fetch(position, length);
    const from = position - first * BLOCK_BYTES;
    const head = await this.#block(first);
    if (first === last) return head.subarray(from, from + length);
    const rest = await this.#block(last);
    return Buffer.concat([head.subarray(from), rest.subarray(0, from + length - BLOCK_BYTES)]);
  }

  #block(index: number): Promise<Buffer> {
    const known = this.#blocks.get(index);
    if (known !== undefined) return known;
    const block = this.#fetch(index * BLOCK_BYTES, BLOCK_BYTES);
    this.#blocks.set(index, block);
    if (this.#blocks.size > BLOCKS_HELD) this.#blocks.delete(this.#blocks.keys().next().value!);
    return block;
  }

  async #fetch(position: number, length: number): Promise<Buffer> {
    const { buffer, bytesRead } = await this.#handle.read(Buffer.allocUnsafeSlow(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  }
}
