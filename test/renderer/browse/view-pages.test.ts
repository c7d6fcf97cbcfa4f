import { describe, expect, it } from 'vitest';
import { type PageAnswer, Pages } from '../../../src/renderer/stores/view-pages.ts';

interface Call {
  readonly offset: number;
  readonly signal: AbortSignal;
  readonly answer: (answer?: PageAnswer<string>) => Promise<void>;
  readonly fail: (error: Error) => Promise<void>;
}

function setUp(options: { capacity?: number; parallel?: number; total?: number } = {}) {
  const total = options.total ?? 1000;
  const calls: Call[] = [];
  const totals: number[] = [];
  const errors: unknown[] = [];
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
  const pages = new Pages<string>({
    pageSize: 10,
    capacity: options.capacity ?? 5,
    parallel: options.parallel ?? 2,
    fetch: (offset, limit, signal) =>
      new Promise((resolve, reject) => {
        const tiles = Array.from({ length: Math.min(limit, total - offset) }, (_, n) => `face ${offset + n}`);
        calls.push({
          offset,
          signal,
          answer: (answer = { total, tiles }) => {
            resolve(answer);
            return settle();
          },
          fail: (error) => {
            reject(error);
            return settle();
          },
        });
      }),
    onPage: (count) => totals.push(count),
    onError: (error) => errors.push(error),
  });
  const waiting = (): Call[] => calls.splice(0);
  return { pages, waiting, totals, errors };
}

describe('the page cache', () => {
  it('loads the pages in sight and no others, each once', async () => {
    const { pages, waiting, totals } = setUp();
    pages.want(15, 24);
    pages.want(15, 24);
    const calls = waiting();
    expect(calls.map(({ offset }) => offset).sort()).toEqual([10, 20]);
    await Promise.all(calls.map((call) => call.answer()));
    expect(pages.at(15)).toBe('face 15');
    expect(pages.at(29)).toBe('face 29');
    expect(pages.at(30)).toBeUndefined();
    expect(totals).toEqual([1000, 1000]);
    pages.want(15, 24);
    expect(waiting()).toEqual([]);
  });

  it('keeps few requests on their way, nearest the middle first, and drops pages that left sight before their turn', async () => {
    const { pages, waiting } = setUp({ parallel: 1 });
    pages.want(0, 49);
    const [first] = waiting();
    expect(first!.offset).toBe(20);
    pages.want(500, 509);
    await first!.answer();
    expect(waiting().map(({ offset }) => offset)).toEqual([500]);
  });

  it('drops answers to questions of before a reset, and aborts them', async () => {
    const { pages, waiting, totals } = setUp();
    pages.want(0, 9);
    const [stale] = waiting();
    pages.reset();
    expect(stale!.signal.aborted).toBe(true);
    pages.want(0, 9);
    const [fresh] = waiting();
    await fresh!.answer({ total: 1, tiles: ['new'] });
    await stale!.answer({ total: 9, tiles: ['old'] });
    expect(pages.at(0)).toBe('new');
    expect(totals).toEqual([1]);
  });

  it('forgets the page looked at longest ago when it is full', async () => {
    const { pages, waiting } = setUp({ capacity: 2 });
    const load = async (index: number): Promise<void> => {
      pages.want(index, index);
      for (const call of waiting()) await call.answer();
    };
    await load(0);
    await load(10);
    pages.want(0, 0);
    await load(20);
    expect(pages.size).toBe(2);
    expect(pages.at(0)).toBe('face 0');
    expect(pages.at(10)).toBeUndefined();
    expect(pages.at(20)).toBe('face 20');
  });

  it('shows what it has while it refreshes', async () => {
    const { pages, waiting } = setUp();
    pages.want(0, 9);
    await waiting()[0]!.answer({ total: 1, tiles: ['before'] });
    pages.refresh();
    expect(pages.at(0)).toBe('before');
    await waiting()[0]!.answer({ total: 1, tiles: ['after'] });
    expect(pages.at(0)).toBe('after');
    expect(waiting()).toEqual([]);
  });

  it('reports a failure once and asks again when told to', async () => {
    const { pages, waiting, errors } = setUp();
    pages.want(0, 9);
    await waiting()[0]!.fail(new Error('disk'));
    expect(errors).toHaveLength(1);
    expect(waiting()).toEqual([]);
    pages.retry();
    await waiting()[0]!.answer();
    expect(pages.at(3)).toBe('face 3');
  });
});
