/** What one request for a page answers: items from `offset` on, and how many the whole view has. */
export interface PageAnswer<T> {
  readonly total: number;
  readonly tiles: readonly T[];
}

export interface PagesOptions<T> {
  readonly pageSize: number;
  /** Pages kept; the least recently looked at leaves first. */
  readonly capacity: number;
  /** Requests on their way at one time. */
  readonly parallel: number;
  readonly fetch: (offset: number, limit: number, signal: AbortSignal) => Promise<PageAnswer<T>>;
  readonly onPage: (total: number) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Pages of a long list, loaded as they are looked at. Answers to questions of before the last `reset` are dropped,
 * and pages that went out of sight before their turn came are not asked for.
 */
export class Pages<T> {
  readonly #options: PagesOptions<T>;
  readonly #pages = new Map<number, readonly T[]>();
  readonly #stale = new Set<number>();
  readonly #pending = new Set<number>();
  #wanted: readonly number[] = [];
  #life = new AbortController();

  constructor(options: PagesOptions<T>) {
    this.#options = options;
  }

  /** The item at `index`, or undefined while its page is not here. */
  at(index: number): T | undefined {
    const { pageSize } = this.#options;
    return this.#pages.get(Math.floor(index / pageSize))?.[index % pageSize];
  }

  get size(): number {
    return this.#pages.size;
  }

  get loading(): boolean {
    return this.#pending.size > 0;
  }

  /** Says which items are in sight; their pages are loaded, those nearest the middle first. */
  want(first: number, last: number): void {
    const { pageSize } = this.#options;
    const [from, to] = [Math.floor(Math.max(0, first) / pageSize), Math.floor(Math.max(0, last) / pageSize)];
    const middle = (from + to) / 2;
    this.#wanted = Array.from({ length: to - from + 1 }, (_, n) => from + n).sort(
      (a, b) => Math.abs(a - middle) - Math.abs(b - middle),
    );
    for (const page of this.#wanted) this.#touch(page);
    this.#pump();
  }

  /** Forgets everything; answers still on their way will be dropped. */
  reset(): void {
    this.#life.abort();
    this.#life = new AbortController();
    this.#pages.clear();
    this.#stale.clear();
    this.#pending.clear();
    this.#wanted = [];
  }

  /** Keeps showing what is here, and loads it again as it is looked at. */
  refresh(): void {
    this.#life.abort();
    this.#life = new AbortController();
    this.#pending.clear();
    for (const page of this.#pages.keys()) this.#stale.add(page);
    this.#pump();
  }

  /** Asks again for what is in sight and not here, after an error. */
  retry(): void {
    this.#pump();
  }

  #touch(page: number): void {
    const items = this.#pages.get(page);
    if (items === undefined) return;
    this.#pages.delete(page);
    this.#pages.set(page, items);
  }

  #pump(): void {
    for (const page of this.#wanted) {
      if (this.#pending.size >= this.#options.parallel) return;
      const here = this.#pages.has(page) && !this.#stale.has(page);
      if (!here && !this.#pending.has(page)) void this.#load(page, this.#life.signal);
    }
  }

  async #load(page: number, signal: AbortSignal): Promise<void> {
    const { fetch, pageSize, onPage, onError } = this.#options;
    this.#pending.add(page);
    try {
      const answer = await fetch(page * pageSize, pageSize, signal);
      if (signal.aborted) return;
      this.#pending.delete(page);
      this.#put(page, answer.tiles);
      onPage(answer.total);
      this.#pump();
    } catch (error) {
      if (signal.aborted) return;
      this.#pending.delete(page);
      onError(error);
    }
  }

  #put(page: number, items: readonly T[]): void {
    this.#pages.delete(page);
    this.#pages.set(page, items);
    this.#stale.delete(page);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= this.#options.capacity) break;
      this.#pages.delete(oldest);
      this.#stale.delete(oldest);
    }
  }
}
