import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '..');

/** One import: the file it stands in and what it names, both from the project's root where they are ours. */
interface Import {
  readonly file: string;
  readonly target: string;
}

/** Each room and the rooms it may import besides itself. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  'src/shared': [],
  'src/main/import': ['src/shared'],
  'src/main/library': ['src/shared', 'src/main/import'],
  'src/main/engine': ['src/shared', 'src/main/import', 'src/main/library'],
  'src/main/analysis': ['src/shared', 'src/main/import', 'src/main/library'],
  'src/main/api': ['src/shared', 'src/main/import', 'src/main/library', 'src/main/engine', 'src/main/analysis'],
  'src/main/server': ['src/shared', 'src/main/import', 'src/main/library', 'src/main/api'],
  'src/main/electron': ['src/shared', 'src/main/library', 'src/main/api', 'src/preload'],
  'src/main/cli': ['src/shared', 'src/main/library', 'src/main/api', 'src/main/server'],
  'src/preload': ['src/shared'],
  'src/renderer': ['src/shared'],
};

/** Folders within a room that may import less than their room. */
const INNER: Readonly<Record<string, readonly string[]>> = {
  'src/main/engine/onnx': ['src/shared'],
  'src/main/analysis/measures': ['src/shared'],
  'src/main/analysis/protocols': ['src/shared'],
  'src/main/analysis/consensus': ['src/shared'],
};

const PURE = ['src/main/analysis/measures', 'src/main/analysis/protocols', 'src/main/analysis/consensus'];

const within = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);

function violations(imports: readonly Import[]): readonly string[] {
  return imports.flatMap(({ file, target }) => {
    const room = Object.keys(ROOMS).find((name) => within(file, name));
    if (room === undefined) return [`${file} stands in no room`];
    const inner = Object.keys(INNER).find((name) => within(file, name));
    const isOurs = within(target, 'src');
    const allowed = inner === undefined ? [room, ...ROOMS[room]!] : [inner, ...INNER[inner]!];
    if (isOurs && !allowed.some((folder) => within(target, folder))) return [`${file} imports ${target}`];
    if (target === 'electron' && room !== 'src/main/electron') return [`${file} imports electron`];
    if (!isOurs && PURE.some((folder) => within(file, folder))) return [`${file} is pure but imports ${target}`];
    if (!isOurs && room === 'src/renderer' && target.startsWith('node:')) return [`${file} imports ${target}`];
    return [];
  });
}

/** Every import of a source text: static, type-only, re-export, dynamic and `import()` types. */
function importsOf(file: string, text: string): readonly Import[] {
  const script = file.endsWith('.vue') ? scriptsOf(text) : text;
  const source = ts.createSourceFile(file, script, ts.ScriptTarget.Latest, true);
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) collect(node.moduleSpecifier);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) collect(node.arguments[0]);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) collect(node.argument.literal);
    ts.forEachChild(node, visit);
  };
  const collect = (node: ts.Node | undefined): void => {
    if (node !== undefined && ts.isStringLiteralLike(node)) names.push(node.text);
  };
  visit(source);
  return names.map((name) => ({
    file,
    target: name.startsWith('.') ? posix.normalize(posix.join(posix.dirname(file), name)) : name,
  }));
}

const scriptsOf = (text: string): string =>
  [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, script]) => script).join('\n');

const sources = readdirSync(join(PROJECT, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(ts|vue)$/.test(entry.name))
  .map((entry) => relative(PROJECT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));

const imports = sources.flatMap((file) => importsOf(file, readFileSync(join(PROJECT, file), 'utf8')));

describe('the rooms of src', () => {
  it('import only from their left, electron only in src/main/electron', () => {
    expect(violations(imports)).toEqual([]);
  });

  it('are all read: every room has files with imports', () => {
    const read = Object.keys(ROOMS).filter((room) => imports.some(({ file }) => within(file, room)));
    expect(read).toEqual(Object.keys(ROOMS));
  });

  it('name relative imports with their extension', () => {
    const ours = imports.filter(({ target }) => within(target, 'src') && !within(target, 'src/renderer'));
    expect(ours.filter(({ target }) => !/\.(ts|vue|css|json)$/.test(target))).toEqual([]);
  });
});

describe('the check itself', () => {
  const found = (file: string, text: string): readonly string[] => violations(importsOf(file, text));

  it.each([
    ['src/main/import/x.ts', "import { openLibrary } from '../library/db.ts';"],
    ['src/main/import/x.ts', "import type { Library } from '../library/db.ts';"],
    ['src/main/engine/x.ts', "export { evaluateRun } from '../analysis/evaluate.ts';"],
    ['src/main/engine/onnx/x.ts', "import { openSession } from '../session.ts';"],
    ['src/main/analysis/measures/x.ts', "import { getRun } from '../../library/runs.ts';"],
    ['src/main/analysis/protocols/x.ts', "import { readFileSync } from 'node:fs';"],
    ['src/main/api/x.ts', "import { app } from 'electron';"],
    ['src/main/server/x.ts', "import type { App } from 'electron';"],
    ['src/preload/x.ts', "import { ipcRenderer } from 'electron';"],
    ['src/main/api/x.ts', "const late = await import('../server/server.ts');"],
    ['src/main/library/x.ts', "let job: import('../api/job-runner.ts').JobRunner;"],
    [
      'src/renderer/x.vue',
      '<template><p /></template>\n<script setup lang="ts">\nimport \'../main/api/jobs.ts\';\n</script>',
    ],
    ['src/renderer/x.ts', "import { readFileSync } from 'node:fs';"],
    ['src/shared/x.ts', "import { api } from '../main/api/implementer.ts';"],
    ['src/loose.ts', "import './shared/errors.ts';"],
  ])('finds a planted violation in %s: %s', (file, text) => {
    expect(found(file, text)).toHaveLength(1);
  });

  it.each([
    ['src/main/api/x.ts', "import { getRun } from '../library/runs.ts';"],
    ['src/main/analysis/measures/x.ts', "import type { Measure } from './measure.ts';"],
    ['src/main/electron/x.ts', "import { app } from 'electron';"],
    ['src/renderer/x.ts', "import type { Job } from '../shared/entities.ts';"],
  ])('allows what the plan allows in %s: %s', (file, text) => {
    expect(found(file, text)).toEqual([]);
  });
});
