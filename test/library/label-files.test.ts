import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { ensureAnnotator } from '../../src/main/library/annotators.ts';
import { annotationsOf, faceLabels } from '../../src/main/library/current-labels.ts';
import type { Library } from '../../src/main/library/db.ts';
import { doLabels, redoLabels, undoLabels } from '../../src/main/library/label-actions.ts';
import { exportLabels } from '../../src/main/library/label-exports/export-labels.ts';
import { historyRecords } from '../../src/main/library/label-exports/history-records.ts';
import { LABEL_EXPORTS } from '../../src/main/library/label-exports/index.ts';
import { importLabels, previewLabels } from '../../src/main/library/label-imports/import-labels.ts';
import { labelledFaces } from '../../src/main/library/label-state.ts';
import { rebuildLabels } from '../../src/main/library/rebuild-labels.ts';
import { labelExportRequestSchema, labelImportRequestSchema } from '../../src/shared/contract/label-files.ts';
import type { LabelValue } from '../../src/shared/contract/labels.ts';
import { addFaces } from '../support/library-rows.ts';
import { VOTES_HEADER } from '../support/sources.ts';
import { tempFolder, tempLibrary } from '../support/temp.ts';

const NEUTRAL = [8, 0, 0, 2, 0, 0, 0, 0, 0, 0];
const [HAPPINESS, SADNESS, FEAR, UNKNOWN] = [1, 3, 6, 8];
const KEYS = ['fer0000000.png', 'fer0000001.png', '=cmd.png', 'fer0000003.png'];
const FACES = KEYS.map((key, index) => ({
  key,
  split: (['train', 'valid', 'test', 'none'] as const)[index]!,
  votes: index === 3 ? NEUTRAL.map(() => 0) : NEUTRAL,
}));

function library(): { library: Library; datasetId: number } {
  const made = tempLibrary();
  return { library: made, datasetId: addFaces(made, FACES) };
}

function say(where: Library, name: string, sampleIds: readonly number[], value: LabelValue, queueId?: number): void {
  const changes = sampleIds.map((id) => ({ sampleId: id, revision: faceLabels(where, [id])[0]!.revision, ...value }));
  doLabels(where, { annotatorId: ensureAnnotator(where, name).id, changes, queueId: queueId ?? null, runId: null });
}

const label = (value: number | null): LabelValue => ({ field: 'label', value });

/** Everything that the log can hold: relabels, votes, notes, agreement, undo, redo, several faces at once. */
function labelled() {
  const made = library();
  const { library: where } = made;
  say(where, 'Ada', [1, 2], label(FEAR));
  say(where, 'Ben', [1], label(SADNESS));
  say(where, '=Eve', [3], { field: 'note', value: '=1+1, "why",\nnot' });
  say(where, '=Eve', [3], label(UNKNOWN));
  say(where, 'Ada', [3], { field: 'votes', value: [-2, 3, 0, 0, 0, 0, 0, 0, 0, 1] });
  say(where, 'Ada', [4], label(HAPPINESS));
  undoLabels(where, ensureAnnotator(where, 'Ada').id);
  undoLabels(where, ensureAnnotator(where, 'Ada').id);
  redoLabels(where, ensureAnnotator(where, 'Ada').id);
  say(where, 'Ben', [2], label(0));
  undoLabels(where, ensureAnnotator(where, 'Ben').id);
  return made;
}

const exported = (where: Library, datasetId: number, format: string, out: string, more = {}) =>
  exportLabels(where, labelExportRequestSchema.parse({ datasetId, format, out, ...more }));

const imported = (where: Library, datasetId: number, file: string, more = {}) =>
  importLabels(where, labelImportRequestSchema.parse({ datasetId, file, ...more }));

const previewed = (where: Library, datasetId: number, file: string, more = {}) =>
  previewLabels(where, labelImportRequestSchema.parse({ datasetId, file, ...more }));

/** All that there is to say about the labels: as they stand, each annotator's word, and the log. */
const everything = (where: Library, datasetId: number) => ({
  faces: labelledFaces(where, datasetId),
  states: faceLabels(where, [1, 2, 3, 4]),
  annotations: [1, 2, 3, 4].map((id) => annotationsOf(where, id)),
  history: historyRecords(where, datasetId).map(({ record }) => record),
});

function file(content: string, name = 'theirs.csv'): string {
  const path = join(tempFolder(), name);
  writeFileSync(path, content);
  return path;
}

describe('labels exported as FERPlus CSV', () => {
  it('have FERPlus’s twelve columns first, as imported, then relabelled votes, label, who, when and why', async () => {
    const { library: where, datasetId } = labelled();
    const out = join(tempFolder(), 'labels.csv');
    const report = await exported(where, datasetId, 'ferplus-csv', out);
    expect(report).toMatchObject({ faces: 4, files: [out, out.replace('.csv', '.history.jsonl')] });
    const rows = parse(readFileSync(out, 'utf8'), { columns: true }) as Record<string, string>[];
    expect(Object.keys(rows[0]!).slice(0, 12).join(',')).toBe(VOTES_HEADER);
    expect(rows.map((row) => row.Usage)).toEqual(['Training', 'PublicTest', 'PrivateTest', '']);
    expect(rows[0]).toMatchObject({ neutral: '8', sadness: '2', label: 'sadness', 'relabelled by': 'Ben', note: '' });
    expect(rows[2]).toMatchObject({
      neutral: '8',
      happiness: '0',
      'relabelled neutral': '0',
      'relabelled unknown': '12',
    });
    expect(rows[3]).toMatchObject({ label: '', 'relabelled by': '' });
    expect(rows[0]!['relabelled at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('have no cell that a spreadsheet takes for a formula', async () => {
    const { library: where, datasetId } = labelled();
    const out = join(tempFolder(), 'labels.csv');
    await exported(where, datasetId, 'ferplus-csv', out);
    const cells = (parse(readFileSync(out, 'utf8')) as string[][]).flat();
    expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
    expect(cells).toContain("'=cmd.png");
    expect(cells).toContain("'=Eve");
  });

  it('have the relabelled votes in FERPlus’s columns when asked for', async () => {
    const { library: where, datasetId } = labelled();
    const out = join(tempFolder(), 'labels.csv');
    await exported(where, datasetId, 'ferplus-csv', out, { votes: 'relabelled' });
    const rows = parse(readFileSync(out, 'utf8'), { columns: true }) as Record<string, string>[];
    expect(rows[2]).toMatchObject({ neutral: '0', unknown: '12', 'original neutral': '8', 'original happiness': '0' });
  });
});

describe.each([
  ['ferplus-csv', 'labels.csv'],
  ['jsonl', 'labels.jsonl'],
])('labels exported as %s and imported into a new library', (format, name) => {
  it('are the same, and so is their whole history', async () => {
    const { library: from, datasetId } = labelled();
    const out = join(tempFolder(), name);
    await exported(from, datasetId, format, out);
    const { library: into } = library();
    const report = await imported(into, datasetId, out);
    expect(report.history).toEqual({ known: 0, restored: historyRecords(from, datasetId).length });
    expect(report).toMatchObject({ changes: { count: 0 }, conflicts: { count: 0 }, unknownFaces: { count: 0 } });
    expect(everything(into, datasetId)).toEqual(everything(from, datasetId));
    expect(rebuildLabels(into, { repair: true }).changed).toBe(0);
    // What was done can be undone there as here.
    for (const each of [from, into]) undoLabels(each, ensureAnnotator(each, 'Ada').id);
    expect(faceLabels(into, [1, 2, 3, 4]).map((face) => face.votes)).toEqual(
      faceLabels(from, [1, 2, 3, 4]).map((face) => face.votes),
    );
  });

  it('add nothing when they are imported again, and only what is new when more was said', async () => {
    const { library: from, datasetId } = labelled();
    const out = join(tempFolder(), name);
    await exported(from, datasetId, format, out);
    const { library: into } = library();
    await imported(into, datasetId, out);
    const before = everything(into, datasetId);
    expect(await imported(into, datasetId, out)).toMatchObject({ events: 0, history: { restored: 0 } });
    expect(everything(into, datasetId)).toEqual(before);
    say(from, 'Ben', [4], label(FEAR));
    await exported(from, datasetId, format, out, { force: true });
    expect(await imported(into, datasetId, out)).toMatchObject({ events: 1, history: { restored: 1 } });
    expect(everything(into, datasetId)).toEqual(everything(from, datasetId));
  });

  it('are exported from there word for word as before, the queues and runs of the first library too', async () => {
    const { library: from, datasetId } = labelled();
    from
      .prepare(
        `INSERT INTO queues (name, dataset_id, filter, order_name, seed, balanced, created_at, filled_at)
         VALUES ('doubtful', ?, '{}', 'random-audit', 1, 0, 1, 1)`,
      )
      .run(datasetId);
    from.prepare('INSERT INTO queue_items (queue_id, position, sample_id, score) VALUES (1, 0, 4, 0)').run();
    say(from, 'Ben', [4], label(FEAR), 1);
    const folder = tempFolder();
    await exported(from, datasetId, format, join(folder, name));
    const { library: into } = library();
    await imported(into, datasetId, join(folder, name));
    expect(historyRecords(into, datasetId).at(-1)!.record.queue).toBe('doubtful');
    expect(everything(into, datasetId).history).toEqual(everything(from, datasetId).history);
  });
});

describe('a history', () => {
  const history = async () => {
    const { library: from, datasetId } = labelled();
    const out = join(tempFolder(), 'labels.jsonl');
    await exported(from, datasetId, 'jsonl', out);
    return { out, datasetId, text: readFileSync(out, 'utf8') };
  };

  it('contradicts what the same annotator says here, and then nothing is restored unless it may', async () => {
    const { out, datasetId } = await history();
    const { library: into } = library();
    say(into, 'Ben', [1], label(HAPPINESS));
    const before = everything(into, datasetId);
    await expect(imported(into, datasetId, out)).rejects.toMatchObject({
      code: 'CONFLICT',
      detail: { kept: 'Nothing was imported.' },
    });
    expect(everything(into, datasetId)).toEqual(before);
    expect(await previewed(into, datasetId, out)).toMatchObject({
      conflicts: { count: 1, first: [{ face: KEYS[0], before: 'happiness', by: 'Ben', after: 'sadness' }] },
    });
    await imported(into, datasetId, out, { conflicts: 'ours' });
    expect(faceLabels(into, [1, 2])).toMatchObject([{ annotator: 'Ada' }, { label: FEAR }]);
    expect(annotationsOf(into, 1)).toContainEqual(expect.objectContaining({ annotator: 'Ben', label: HAPPINESS }));
    expect(rebuildLabels(into, { repair: true }).changed).toBe(0);
  });

  it('is refused whole, by file and line, where a line of it is damaged', async () => {
    const { datasetId, text } = await history();
    const { library: into } = library();
    const lines = text.split('\n');
    lines[7] = lines[7]!.slice(0, -5);
    const damaged = file(lines.join('\n'), 'damaged.jsonl');
    await expect(imported(into, datasetId, damaged)).rejects.toMatchObject({
      code: 'IMPORT',
      detail: { file: 'damaged.jsonl', line: 8 },
    });
    lines.splice(7, 1);
    await expect(imported(into, datasetId, file(lines.join('\n'), 'gap.jsonl'))).rejects.toMatchObject({
      detail: { file: 'gap.jsonl', line: 8 },
    });
    expect(historyRecords(into, datasetId)).toEqual([]);
  });

  it('gives what each annotator said last where its past is not wanted', async () => {
    const { out, datasetId } = await history();
    const { library: into } = library();
    const report = await imported(into, datasetId, out, { history: false, conflicts: 'theirs' });
    expect(report.history).toBeNull();
    expect(faceLabels(into, [1, 2, 3, 4]).map((face) => [face.label, face.annotator])).toEqual([
      [SADNESS, 'Ben'],
      [FEAR, 'Ada'],
      [UNKNOWN, '=Eve'],
      [null, null],
    ]);
  });
});

describe('others’ labels', () => {
  const theirs =
    'Image name,label,annotator,at,note\nfer0000000.png,happy,Cem,2026-01-31T12:00:00Z,sure\nfer0000001.png,Sad,Cem,,\nnobody.png,sad,Cem,,\n';

  it('come in as events of those who gave them, when they gave them', async () => {
    const { library: where, datasetId } = library();
    const report = await imported(where, datasetId, file(theirs));
    expect(report).toMatchObject({
      events: 3,
      annotators: [{ name: 'Cem', isNew: true, labels: 2 }],
      changes: { count: 2 },
      unknownFaces: { count: 1, first: [{ place: { file: 'theirs.csv', line: 4 }, face: 'nobody.png' }] },
    });
    expect(labelledFaces(where, datasetId)[0]).toMatchObject({
      label: HAPPINESS,
      relabel: { annotator: 'Cem', at: Date.UTC(2026, 0, 31, 12), note: 'sure' },
    });
    expect(await imported(where, datasetId, file(theirs))).toMatchObject({ events: 0, known: 2 });
  });

  it('are shown beforehand without a trace', async () => {
    const { library: where, datasetId } = library();
    say(where, 'Ada', [2], label(FEAR));
    const before = everything(where, datasetId);
    expect(await previewed(where, datasetId, file(theirs))).toMatchObject({
      events: 0,
      changes: {
        count: 1,
        first: [{ face: KEYS[0], before: 'neutral', by: null, after: 'happiness', annotator: 'Cem' }],
      },
      conflicts: { count: 1, first: [{ face: KEYS[1], before: 'fear', by: 'Ada', after: 'sadness' }] },
    });
    expect(everything(where, datasetId)).toEqual(before);
    expect(where.prepare("SELECT count(*) FROM annotators WHERE name = 'Cem'").pluck().get()).toBe(0);
  });

  it('that contradict an annotator here are refused, or kept out, or come on top', async () => {
    const { library: where, datasetId } = library();
    say(where, 'Ada', [2], label(FEAR));
    await expect(imported(where, datasetId, file(theirs))).rejects.toMatchObject({
      code: 'CONFLICT',
      detail: {
        names: [KEYS[1]],
        table: [expect.anything(), [KEYS[1], 'Ada: fear', 'Cem: sadness', 'theirs.csv, line 3']],
      },
    });
    expect(faceLabels(where, [1])[0]!.revision).toBe(0);
    await imported(where, datasetId, file(theirs), { conflicts: 'ours' });
    expect(faceLabels(where, [1, 2]).map((face) => face.label)).toEqual([HAPPINESS, FEAR]);
    await imported(where, datasetId, file(theirs), { conflicts: 'theirs' });
    expect(faceLabels(where, [1, 2]).map((face) => face.label)).toEqual([HAPPINESS, SADNESS]);
  });

  it('are refused whole for one bad row, by file and line, or without it if it may be left out', async () => {
    const { library: where, datasetId } = library();
    const bad = file('Image name,label\nfer0000000.png,happy\n,sad\n');
    await expect(imported(where, datasetId, bad)).rejects.toMatchObject({
      code: 'IMPORT',
      detail: { file: 'theirs.csv', line: 3, kept: 'Nothing was imported.' },
    });
    expect(historyRecords(where, datasetId)).toEqual([]);
    expect(await imported(where, datasetId, bad, { skipBad: true })).toMatchObject({ events: 1, bad: { count: 1 } });
    expect(historyRecords(where, datasetId)[0]!.record.annotator).toBe('theirs.csv');
  });

  it('leave nothing behind when the import is cancelled on the way', async () => {
    const { library: where, datasetId } = library();
    const rows = Array.from(
      { length: 1500 },
      (_, index) => `${KEYS[index % 2]},${index % 4 < 2 ? 'happy' : 'sad'},A${index}`,
    );
    const request = labelImportRequestSchema.parse({
      datasetId,
      file: file(['Image name,label,annotator', ...rows].join('\n')),
      conflicts: 'theirs',
    });
    const stop = new AbortController();
    const onProgress = ({ done }: { readonly done: number }): void => void (done >= 500 && stop.abort());
    const work = importLabels(where, request, { signal: stop.signal, onProgress });
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(historyRecords(where, datasetId)).toEqual([]);
    expect(faceLabels(where, [1, 2]).map((face) => face.revision)).toEqual([0, 0]);
    expect(await importLabels(where, request)).toMatchObject({ events: 1500 });
  });

  it('of a class that is none here are refused until it is mapped', async () => {
    const { library: where, datasetId } = library();
    const smirks = file('Image name,label\nfer0000000.png,smirk\n');
    await expect(imported(where, datasetId, smirks)).rejects.toMatchObject({
      code: 'CLASS_MAPPING',
      detail: { names: ['smirk'], file: 'theirs.csv', line: 2 },
    });
    expect(await imported(where, datasetId, smirks, { classMap: { smirk: 'contempt' } })).toMatchObject({ events: 1 });
  });

  it('come from Label Studio as they went there', async () => {
    const { library: from, datasetId } = labelled();
    const out = join(tempFolder(), 'tasks.json');
    const report = await exported(from, datasetId, 'label-studio', out, { imagePrefix: '/data/local-files/?d=faces/' });
    expect(report.files.map((path) => path.split('/').at(-1))).toEqual(['tasks.interface.xml', 'tasks.json']);
    const tasks = JSON.parse(readFileSync(out, 'utf8')) as { data: { image: string }; annotations: unknown[] }[];
    expect(tasks.map(({ annotations }) => annotations.length)).toEqual([2, 1, 1, 0]);
    expect(tasks[0]!.data.image).toBe('/data/local-files/?d=faces/fer0000000.png');
    const { library: into } = library();
    await imported(into, datasetId, out, { conflicts: 'theirs' });
    const words = (where: Library) => labelledFaces(where, datasetId).map((face) => [face.label, face.byAnnotator]);
    const unvoted = words(from).map(([, said]) => said);
    expect(words(into).map(([, said]) => said)).toEqual(unvoted);
  });
});

describe('labels exported as class folders', () => {
  it('are PNG files by split and current label; faces without a label stay out', async () => {
    const { library: where, datasetId } = labelled();
    const out = join(tempFolder(), 'faces');
    const report = await exported(where, datasetId, 'class-folders', out);
    expect(report).toMatchObject({ faces: 3, leftOut: [{ reason: 'without a label', count: 1 }], files: [out] });
    const found = readdirSync(out, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(out.length + 1));
    expect(found.sort()).toEqual([
      'test/unknown/=cmd.png',
      'train/sadness/fer0000000.png',
      'valid/fear/fer0000001.png',
    ]);
  });
});

describe.each(LABEL_EXPORTS)('the export as $name', ({ name, suffix }) => {
  it('replaces nothing unless told to, and leaves nothing half-written when it is cancelled', async () => {
    const { library: where, datasetId } = labelled();
    const folder = tempFolder();
    const out = join(folder, `labels${suffix}`);
    const request = labelExportRequestSchema.parse({ datasetId, format: name, out });
    const stopped = { signal: AbortSignal.abort() };
    await expect(exportLabels(where, request, stopped)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(readdirSync(folder)).toEqual([]);
    await exportLabels(where, request);
    const before = readdirSync(folder, { recursive: true });
    await expect(exportLabels(where, request)).rejects.toMatchObject({
      code: 'CONFLICT',
      detail: { file: expect.any(String) },
    });
    await exportLabels(where, { ...request, force: true });
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
    expect(existsSync(out)).toBe(true);
  });
});
