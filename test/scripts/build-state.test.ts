import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isBuildStale } from '../../scripts/build-state.ts';
import { tempFolder } from '../support/temp.ts';

const PRODUCTS = ['out/main/shell.js', 'out/main/backend.js', 'out/main/engine.js', 'out/renderer/index.html'];

function project(): { root: string; touch(file: string, seconds: number): void } {
  const root = tempFolder();
  const touch = (file: string, seconds: number): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
    utimesSync(join(root, file), seconds, seconds);
  };
  touch('src/main/deep/inside.ts', 1000);
  for (const product of PRODUCTS) touch(product, 2000);
  return { root, touch };
}

describe('a build', () => {
  it('is good while it is newer than all it is made from', () => {
    expect(isBuildStale(project().root)).toBe(false);
  });

  it('is stale once a source deep inside changes, even if only one part of it is older', () => {
    const { root, touch } = project();
    touch('src/main/deep/inside.ts', 3000);
    for (const product of PRODUCTS.slice(1)) touch(product, 4000);
    expect(isBuildStale(root)).toBe(true);
    touch(PRODUCTS[0]!, 4000);
    expect(isBuildStale(root)).toBe(false);
  });

  it('is stale if a part of it or all of it is missing', () => {
    const { root } = project();
    expect(isBuildStale(join(root, 'nowhere'))).toBe(true);
  });
});
