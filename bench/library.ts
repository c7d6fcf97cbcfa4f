import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { targetClassOf } from '../src/main/analysis/evaluate.ts';
import { listDatasets } from '../src/main/library/datasets.ts';
import { openLibrary } from '../src/main/library/db.ts';
import { createViews } from '../src/main/library/views.ts';
import { SAMPLE_SORTS, SPLITS, type ViewQuery } from '../src/shared/entities.ts';
import { seededRandom } from '../test/support/random.ts';
import { generateDataset } from './generate.ts';

export const name = 'library';
export const describe = 'pages, counts and memory at 36 thousand and 1 million generated samples';

const SIZES = [36_000, 1_000_000];
const QUERIES = 300;

/** Generates a library of each size and prints what a process that has just opened it measures. */
export async function run(args: readonly string[]): Promise<void> {
  const sizes = args.length > 0 ? args.map(Number) : SIZES;
  for (const size of sizes) {
    const folder = mkdtempSync(join(tmpdir(), 'countenance-bench-'));
    try {
      const file = join(folder, 'library.sqlite');
      const started = performance.now();
      const library = openLibrary(file);
      generateDataset(library, size);
      library.sqlite.pragma('wal_checkpoint(TRUNCATE)');
      library.close();
      const megabytes = statSync(file).size / 2 ** 20;
      print(`${size.toLocaleString('en')} samples`, `${megabytes.toFixed(0)} MiB file`);
      print('  generated in', `${((performance.now() - started) / 1000).toFixed(1)} s`);
      await measureApart(file);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** A process of its own, so that its memory is the backend's and not the generator's. */
function measureApart(file: string): Promise<void> {
  return new Promise((done, fail) => {
    const child = fork(import.meta.filename, ['measure', file]);
    child.on('error', fail);
    child.on('exit', (code) => (code === 0 ? done() : fail(new Error(`The measuring process ended with ${code}.`))));
  });
}

function measure(file: string): void {
  const opened = performance.now();
  const library = openLibrary(file);
  print('  open, with integrity check', milliseconds(performance.now() - opened));
  const { id: datasetId } = listDatasets(library)[0]!;
  const views = createViews(library, targetClassOf);
  const plain: ViewQuery = { datasetId, runId: 1, filter: {}, sort: 'imported', descending: false };
  print('  first page (loads the columns)', milliseconds(timed(() => views.page(plain, 0, 200))));

  const random = seededRandom(7);
  const pages: number[] = [];
  const facets: number[] = [];
  for (let index = 0; index < QUERIES; index += 1) {
    const query = randomQuery(datasetId, random);
    const { total } = views.page(query, 0, 1);
    forget(views, plain);
    const offset = Math.floor(random() * Math.max(1, total - 200));
    pages.push(timed(() => views.page(query, offset, 200)));
    facets.push(timed(() => views.facets(query)));
  }
  const cold = Array.from({ length: QUERIES }, () => timed(() => views.page(randomQuery(datasetId, random), 0, 200)));
  print('  page of 200, two filters and a sort: first seen', percentiles(cold));
  print('  page of 200, same view scrolled to a random place', percentiles(pages));
  print('  live counts of every facet', percentiles(facets));
  print(
    '  count by split and class (SQL)',
    percentiles(Array.from({ length: 20 }, () => timed(() => listDatasets(library)))),
  );
  print('  resident memory', `${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`);
  library.close();
}

/** Another view in between, so that consecutive pages are not of one view only. */
function forget(views: ReturnType<typeof createViews>, plain: ViewQuery): void {
  views.page(plain, 0, 1);
}

function randomQuery(datasetId: number, random: () => number): ViewQuery {
  const low = random() * 0.5;
  const filters = [
    { splits: [SPLITS[Math.floor(random() * 3)]!] },
    { labels: [Math.floor(random() * 8)] },
    { predicted: [Math.floor(random() * 8)] },
    { agreement: ['wrong' as const] },
    { confidence: [low, low + 0.4] as [number, number] },
    { voteEntropy: [low, low + 0.4] as [number, number] },
  ];
  const first = Math.floor(random() * filters.length);
  const second = (first + 1 + Math.floor(random() * (filters.length - 1))) % filters.length;
  const sort = SAMPLE_SORTS[Math.floor(random() * SAMPLE_SORTS.length)]!;
  return { datasetId, runId: 1, filter: { ...filters[first], ...filters[second] }, sort, descending: random() < 0.5 };
}

function timed(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

function percentiles(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): string =>
    milliseconds(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!);
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)}`;
}

const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;

function print(what: string, figure: string): void {
  process.stdout.write(`${what.padEnd(52)} ${figure}\n`);
}

if (process.argv[2] === 'measure' && process.argv[3] !== undefined && existsSync(process.argv[3])) {
  measure(process.argv[3]);
}
