import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ensureAnnotator } from '../../../src/main/library/annotators.ts';
import { faceLabels } from '../../../src/main/library/current-labels.ts';
import { type Library, openLibrary, quickCheck } from '../../../src/main/library/db.ts';
import { doLabels } from '../../../src/main/library/label-actions.ts';
import { labelHistory } from '../../../src/main/library/label-history.ts';
import { importLabels } from '../../../src/main/library/label-imports/import-labels.ts';
import { rebuildLabels } from '../../../src/main/library/rebuild-labels.ts';
import { labelImportRequestSchema } from '../../../src/shared/contract/label-files.ts';
import { addFaces } from '../../support/library-rows.ts';
import { tempFolder } from '../../support/temp.ts';

const VOTES = [8, 0, 0, 2, 0, 0, 0, 0, 0, 0];
const [HAPPINESS, FEAR] = [1, 6];
const PROCESS = join(import.meta.dirname, 'importing-process.ts');

/** A library of `faces` faces, and a table that calls them all happy by `annotators` people in turn. */
function importing(faces: number, annotators = 1, rows = faces) {
  const folder = tempFolder();
  const library = openLibrary(join(folder, 'library.sqlite'));
  onTestFinished(() => library.close());
  const key = (index: number): string => `${index % faces}.png`;
  const datasetId = addFaces(
    library,
    Array.from({ length: faces }, (_, index) => ({ key: key(index), votes: VOTES })),
  );
  const file = join(folder, 'theirs.csv');
  const lines = Array.from(
    { length: rows },
    (_, index) => `${key(index)},happy,Ann ${Math.floor(index / faces) % annotators}`,
  );
  writeFileSync(file, ['Image name,label,annotator', ...lines].join('\n'));
  const request = labelImportRequestSchema.parse({ datasetId, file });
  return { library, datasetId, file, request };
}

/** Another connection to the same file, as another window’s backend has. */
function beside(library: Library) {
  const other = openLibrary(library.file);
  onTestFinished(() => other.close());
  const annotatorId = ensureAnnotator(other, 'Ben').id;
  return (sampleId: number, value: number) => {
    const { revision } = faceLabels(other, [sampleId])[0]!;
    return doLabels(other, {
      annotatorId,
      changes: [{ sampleId, revision, field: 'label', value }],
      queueId: null,
      runId: null,
    });
  };
}

const events = (library: Library, datasetId: number) =>
  labelHistory(library, { datasetId, annotatorId: null, before: null, limit: 1000 }).toReversed();

describe('an import of labels beside somebody who labels', () => {
  it('keeps the log open to others until the moment it writes', async () => {
    const { library, datasetId, request } = importing(3);
    const elsewhere = addFaces(library, [{ key: 'elsewhere.png', votes: VOTES }], 'others');
    const say = beside(library);
    const phases: string[] = [];
    const onProgress = ({ phase }: { readonly phase: string }): void => {
      phases.push(phase);
      if (phase === 'writing') say(4, FEAR!);
    };
    expect(await importLabels(library, request, { onProgress })).toMatchObject({ events: 3 });
    expect(phases.filter((phase) => phase === 'writing')).toHaveLength(1);
    expect(events(library, elsewhere)).toMatchObject([{ annotator: 'Ben', after: FEAR, before: null }]);
    expect(events(library, datasetId).map(({ annotator }) => annotator)).toEqual(['Ann 0', 'Ann 0', 'Ann 0']);
    expect(rebuildLabels(library, { repair: false }).changed).toBe(0);
  });

  it('looks again where one of its faces was changed meanwhile, and refuses what has become a conflict', async () => {
    const { library, datasetId, request } = importing(3);
    const say = beside(library);
    let said = false;
    const onProgress = ({ phase }: { readonly phase: string }): void => {
      if (phase === 'writing' && !said) say(2, FEAR!);
      said ||= phase === 'writing';
    };
    await expect(importLabels(library, request, { onProgress })).rejects.toMatchObject({
      code: 'CONFLICT',
      detail: { table: [expect.anything(), ['1.png', 'Ben: fear', 'Ann 0: happiness', 'theirs.csv, line 3']] },
    });
    expect(events(library, datasetId)).toMatchObject([{ annotator: 'Ben', after: FEAR }]);
  });

  it('comes to its end where its faces are changed again and again', async () => {
    const { library, datasetId, request } = importing(3);
    const say = beside(library);
    let tries = 0;
    const onProgress = ({ phase }: { readonly phase: string }): void => {
      if (phase !== 'writing') return;
      tries += 1;
      if (tries < 3) say(1, tries);
    };
    const report = await importLabels(library, { ...request, conflicts: 'theirs' }, { onProgress });
    expect(report).toMatchObject({ events: 3, annotators: [{ name: 'Ann 0', isNew: true, actions: 1 }] });
    expect(tries).toBe(3);
    expect(events(library, datasetId).map(({ annotator, before, after }) => [annotator, before, after])).toEqual([
      ['Ben', null, 1],
      ['Ben', 1, 2],
      ['Ann 0', null, HAPPINESS],
      ['Ann 0', null, HAPPINESS],
      ['Ann 0', null, HAPPINESS],
    ]);
    expect(faceLabels(library, [1])).toMatchObject([{ label: HAPPINESS, annotator: 'Ann 0', revision: 3 }]);
    expect(rebuildLabels(library, { repair: false }).changed).toBe(0);
  });
});

describe('an import of labels whose process is killed', () => {
  it.each([0, 15, 60, 250])('while it writes (after %i ms) has entered all or nothing', async (delay) => {
    const rows = 12_000;
    const { library, file } = importing(600, 20, rows);
    const child = fork(PROCESS, [library.file, file]);
    const gone = once(child, 'close');
    const said: string[] = [];
    child.on('message', async (message) => {
      said.push(String(message));
      if (said.at(-1) !== `writing ${rows}`) return;
      await pause(delay);
      child.kill('SIGKILL');
    });
    await gone;
    expect(said).toContain(`writing ${rows}`);
    const count = library.prepare('SELECT count(*) FROM label_events').pluck().get();
    const annotators = library.prepare('SELECT count(*) FROM annotators').pluck().get();
    expect([
      [0, 0],
      [rows, 20],
    ]).toContainEqual([count, annotators]);
    expect(quickCheck(library.sqlite)).toEqual([]);
    expect(rebuildLabels(library, { repair: false }).changed).toBe(0);
  });
});
