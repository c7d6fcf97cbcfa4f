import { createJobRunner } from '../../src/main/api/job-runner.ts';
import { openLibrary } from '../../src/main/library/db.ts';
import { ENGINE_ENTRY } from './entries.ts';

const [file, runId] = process.argv.slice(2);
const runner = createJobRunner({ library: openLibrary(file!), engineEntry: ENGINE_ENTRY, publish: () => {} });
runner.start('predict', { runId: Number(runId), provider: 'cpu', batchSize: 1 }, { runId: Number(runId) });
