import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { createJobRunner } from '../../src/main/api/job-runner.ts';
import { findDataset } from '../../src/main/library/datasets.ts';
import { openLibrary } from '../../src/main/library/db.ts';
import type { BackendEvent } from '../../src/shared/contract/jobs.ts';
import { facePixels } from '../engine/face-library.ts';
import { suiteFolder } from '../support/temp.ts';
import { ENGINE_ENTRY } from './entries.ts';

const folder = suiteFolder();

function classFolders(count: number): string {
  const root = join(folder, 'faces');
  for (let index = 0; index < count; index += 1) {
    const own = join(root, ['happy', 'sad'][index % 2]!);
    mkdirSync(own, { recursive: true });
    const data = facePixels(index, 16, 1);
    writeFileSync(join(own, `${index}.png`), encode({ width: 16, height: 16, channels: 1, depth: 8, data }));
  }
  return root;
}

describe('an import job', () => {
  it('enters a dataset from a process of its own, and says that datasets and samples have changed', async () => {
    const library = openLibrary(join(folder, 'library.sqlite'));
    const events: BackendEvent[] = [];
    const runner = createJobRunner({ library, engineEntry: ENGINE_ENTRY, publish: (event) => events.push(event) });
    const source = { paths: [classFolders(30)], kind: 'class-folders', classMap: {}, name: 'two moods' };
    const job = await runner.finished(runner.start('import', source).id);
    expect(job).toMatchObject({ status: 'done', title: 'Import two moods', error: null, result: { imported: 30 } });
    const dataset = findDataset(library, 'two moods')!;
    expect(dataset.samples).toBe(30);
    expect(job.datasetId).toBe(dataset.id);
    const changes = events.flatMap((event) => (event.type === 'changed' ? [event.what] : []));
    expect(changes).toEqual(['datasets', 'samples']);
    await runner.close();
    library.close();
  });

  it('that fails keeps the importer’s own error', async () => {
    const library = openLibrary(join(folder, 'failing.sqlite'));
    const runner = createJobRunner({ library, engineEntry: ENGINE_ENTRY, publish: () => {} });
    const nowhere = join(folder, 'nowhere');
    const source = { paths: [nowhere], kind: 'class-folders', classMap: {}, name: 'none' };
    const job = await runner.finished(runner.start('import', source).id);
    expect(job).toMatchObject({ status: 'failed', resumable: true, error: { detail: { file: nowhere } } });
    expect(job.error!.code).not.toBe('INTERNAL');
    expect(findDataset(library, 'none')).toBeNull();
    await runner.close();
    library.close();
  });
});
