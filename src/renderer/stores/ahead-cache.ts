export interface AheadCacheOptions<T> {
  /** Values kept; the one looked at longest ago leaves first. */
  readonly capacity: number;
  readonly load: (id: number) => Promise<T>;
  readonly onArrive: () => void;
  readonly onError: (error: unknown) => void;
}

/** Values by number that are loaded before they are looked at, so that they are there when they are. */
export class AheadCache<T> {
  readonly #options: AheadCacheOptions<T>;
  readonly #values = new Map<number, T>();
  readonly #pending = new Map<number, symbol>();

  constructor(options: AheadCacheOptions<T>) {
    this.#options = options;
  }

  get(id: number): T | undefined {
    return this.#values.get(id);
  }

  has(id: number): boolean {
    return this.#values.has(id);
  }

  /** Has these loaded unless they are here or on their way, in this order. */
  want(ids: readonly number[]): void {
    for (const id of ids) {
      const value = this.#values.get(id);
      if (value !== undefined) {
        this.#values.delete(id);
        this.#values.set(id, value);
      } else if (!this.#pending.has(id)) void this.#load(id);
    }
  }

  /** Has one loaded again; the old value stays until the new one is here. */
  renew(id: number): Promise<void> {
    return this.#load(id);
  }

  /** Forgets one, so that it is loaded again when it is wanted; an answer on its way is dropped. */
  drop(id: number): void {
    this.#pending.delete(id);
    this.#values.delete(id);
  }

  clear(): void {
    this.#pending.clear();
    this.#values.clear();
  }

  async #load(id: number): Promise<void> {
    const ticket = Symbol(id);
    this.#pending.set(id, ticket);
    try {
      const value = await this.#options.load(id);
      if (this.#pending.get(id) !== ticket) return;
      this.#values.delete(id);
      this.#values.set(id, value);
      for (const oldest of this.#values.keys()) {
        if (this.#values.size <= this.#options.capacity) break;
        this.#values.delete(oldest);
      }
      this.#options.onArrive();
    } catch (error) {
      if (this.#pending.get(id) === ticket) this.#options.onError(error);
    } finally {
      if (this.#pending.get(id) === ticket) this.#pending.delete(id);
    }
  }
}
