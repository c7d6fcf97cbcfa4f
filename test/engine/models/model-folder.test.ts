import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { beginModelFolder } from '../../../src/main/engine/models/model-folder.ts';
import { tempFolder } from '../../support/temp.ts';

/** Begins a folder and writes two files for it. */
function begin(folder: string, force = false) {
  const begun = beginModelFolder(folder, force);
  for (const name of ['manifest.json', 'x.onnx']) writeFileSync(join(begun.unfinished, name), `new ${name}`);
  return begun;
}

describe('a model’s folder in the making', () => {
  it('is not in place before all of it is', () => {
    const parent = tempFolder();
    const folder = join(parent, 'model');
    const begun = begin(folder);
    expect(existsSync(folder)).toBe(false);
    expect(begun.publish()).toEqual(['manifest.json', 'x.onnx']);
    begun.discard();
    expect(readdirSync(parent)).toEqual(['model']);
    expect(readFileSync(join(folder, 'x.onnx'), 'utf8')).toBe('new x.onnx');
  });

  it('leaves nothing where it is given up, not even the folders above it', () => {
    const parent = tempFolder();
    begin(join(parent, 'deep', 'down', 'model')).discard();
    expect(readdirSync(parent)).toEqual([]);
  });

  it('takes the place of an empty folder', () => {
    const folder = join(tempFolder(), 'model');
    mkdirSync(folder);
    begin(folder).publish();
    expect(readdirSync(folder)).toEqual(['manifest.json', 'x.onnx']);
  });

  it('is refused where files stand, unless they may be replaced; others stay', () => {
    const parent = tempFolder();
    const folder = join(parent, 'model');
    mkdirSync(folder);
    for (const name of ['x.onnx', 'notes.txt']) writeFileSync(join(folder, name), `old ${name}`);
    expect(() => begin(folder)).toThrow(/not empty/);
    const begun = begin(folder, true);
    expect(readFileSync(join(folder, 'x.onnx'), 'utf8')).toBe('old x.onnx');
    begun.publish();
    expect(readFileSync(join(folder, 'x.onnx'), 'utf8')).toBe('new x.onnx');
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('old notes.txt');
    expect(readdirSync(parent)).toEqual(['model']);
  });

  it('is refused where a file stands, whatever is asked', () => {
    const file = join(tempFolder(), 'model');
    writeFileSync(file, '');
    expect(() => begin(file, true)).toThrow(/no folder/);
  });
});
