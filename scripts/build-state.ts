import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const PROJECT = resolve(import.meta.dirname, '..');

/** What a build is made from, and the files that it must have made. */
const SOURCES = ['src', 'electron.vite.config.ts', 'package-lock.json'];
const PRODUCTS = ['out/main/shell.js', 'out/main/backend.js', 'out/main/engine.js', 'out/renderer/index.html'];

/** Whether `out/` lacks something, or anything it is made from is newer than it. */
export function isBuildStale(project = PROJECT): boolean {
  const built = PRODUCTS.map((product) => changedAt(join(project, product)));
  const oldest = Math.min(...built.map((time) => time ?? 0));
  return oldest === 0 || SOURCES.some((source) => newestWithin(join(project, source)) > oldest);
}

function newestWithin(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestWithin(join(path, name))));
}

const changedAt = (file: string): number | null => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null;
