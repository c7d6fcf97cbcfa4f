import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { suiteFolder } from '../support/temp.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const TOUR = readFileSync(join(ROOT, 'docs/engine.md'), 'utf8');
const folder = suiteFolder();

const block = (language: string): string => new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(TOUR)![1]!;

it('docs/engine.md prints what it says it prints', () => {
  const file = join(folder, 'example.ts');
  writeFileSync(file, block('ts').replaceAll("'../src/", `'${ROOT}/src/`));
  const printed = execFileSync(process.execPath, [file], { encoding: 'utf8' });
  expect(printed).toBe(block('text'));
});
