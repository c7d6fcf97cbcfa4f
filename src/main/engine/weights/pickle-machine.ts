import type { Refuse } from './weights-file.ts';

/** A list; tuples are plain arrays, dictionaries are maps. */
export class PickleList {
  readonly items: unknown[] = [];
}

/** What a name in a pickle stands for: a function of ours that may be called, or something that only has a name. */
export class PickleGlobal {
  readonly name: string;
  readonly call: ((args: readonly unknown[]) => unknown) | null;

  constructor(name: string, call: ((args: readonly unknown[]) => unknown) | null = null) {
    this.name = name;
    this.call = call;
  }
}

export interface UnpickleOptions {
  /** The only names a pickle may mention, as `module.name`. */
  readonly globals: ReadonlyMap<string, PickleGlobal>;
  /** The thing that a persistent id stands for. */
  readonly persistent: (id: unknown) => unknown;
  readonly refuse: Refuse;
}

const LONGEST_NAME = 256;
const NEWLINE = 10;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A pickle's bytes and the stack that its opcodes work on; whatever does not add up is refused. */
export class PickleMachine {
  readonly options: UnpickleOptions;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #stack: unknown[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, unknown>();
  #position = 0;

  constructor(bytes: Uint8Array, options: UnpickleOptions) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.options = options;
  }

  /** The next `length` bytes' number, as `read` takes it from the view. */
  number(length: number, read: (view: DataView, at: number) => number): number {
    return read(this.#view, this.#take(length));
  }

  byte(): number {
    return this.#view.getUint8(this.#take(1));
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  bytes(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  text(length: number): string {
    const bytes = this.bytes(length);
    try {
      return UTF8.decode(bytes);
    } catch (error) {
      throw this.options.refuse('its pickle holds a text that is not UTF-8', error);
    }
  }

  line(): string {
    const length = this.#bytes.subarray(this.#position, this.#position + LONGEST_NAME).indexOf(NEWLINE);
    if (length < 0) throw this.options.refuse('its pickle has a name that does not end');
    const text = this.text(length);
    this.#take(1);
    return text;
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** The topmost value above the last mark. */
  top(): unknown {
    if (this.#stack.length > (this.#marks.at(-1) ?? 0)) return this.#stack.at(-1);
    throw this.options.refuse('its pickle takes from an empty stack');
  }

  pop(): unknown {
    const value = this.top();
    this.#stack.pop();
    return value;
  }

  /** The topmost values, in the order in which they were pushed. */
  popMany(count: number): unknown[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  popToMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.options.refuse('its pickle goes back to a mark that it never set');
    return this.#stack.splice(mark);
  }

  /** Keeps the topmost value under a number. */
  keep(index: number): void {
    this.#memo.set(index, this.top());
  }

  recall(index: number): void {
    if (!this.#memo.has(index)) throw this.options.refuse(`its pickle recalls number ${index}, which it never kept`);
    this.push(this.#memo.get(index));
  }

  /** The one value that is left at the end. */
  result(): unknown {
    const value = this.pop();
    if (this.#stack.length > 0 || this.#marks.length > 0) throw this.options.refuse('its pickle leaves values behind');
    return value;
  }

  /** Moves past `length` bytes and gives the place where they start. */
  #take(length: number): number {
    const start = this.#position;
    if (length > this.#bytes.length - start) throw this.options.refuse('its pickle ends too early');
    this.#position += length;
    return start;
  }
}
