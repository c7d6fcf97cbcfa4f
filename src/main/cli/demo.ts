import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ImportReport } from '../../shared/contract/imports.ts';
import type { Split } from '../../shared/entities.ts';
import { UsageError } from '../../shared/errors.ts';
import { writeDrawnFaces } from './demo-faces.ts';
import { describeEvaluation } from './evaluate.ts';
import { importDataset } from './import.ts';
import type { Command, Outcome, Session } from './terminal/command.ts';
import { followJob } from './terminal/follow-job.ts';
import { count } from './terminal/format.ts';

const MODEL = 'nr-swin-micro';
const DRAWN_FACES = { train: 160, valid: 80 } as const;
/** The split that is predicted and scored: the first of these that the data has. */
const SCORED: readonly Split[] = ['valid', 'test', 'train', 'none'];

/** The whole tour without screens: import, predict, evaluate, in a library that is thrown away. */
export const demo = {
  name: 'demo',
  define: (program, run) =>
    void program
      .command('demo')
      .description('import, predict and evaluate in a temporary library, on drawn faces or on a folder of real ones')
      .argument('[folder]', 'a dataset to use (default: $COUNTENANCE_DEMO_DATA, or drawn faces)')
      .action(async (given: string | undefined) => {
        const named = given ?? process.env.COUNTENANCE_DEMO_DATA;
        const folder = mkdtempSync(join(tmpdir(), 'countenance-demo-'));
        try {
          const data = named === undefined || named === '' ? null : resolve(named);
          await run((session) => tour(session, folder, data), { libraryFile: join(folder, 'library.sqlite') });
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      }),
} as const satisfies Command;

async function tour(session: Session, folder: string, data: string | null): Promise<Outcome> {
  const { client, say } = session;
  const drawn = join(folder, 'drawn-faces');
  if (data === null) {
    writeDrawnFaces(drawn, DRAWN_FACES);
    say('No data was named: the tour uses drawn faces with made-up votes. The figures below mean nothing.');
  }
  const source = { paths: [data ?? drawn], kind: null, classMap: {} };
  const report = await importDataset(session, source, data === null ? 'drawn faces' : null);
  say(`Imported ${count(report.imported)} faces in ${report.seconds.toFixed(1)} s.`);
  const split = scoredSplit(report);
  const model = await client.models.find({ name: MODEL });
  const job = await followJob(session, () =>
    client.runs.start({
      datasetId: report.datasetId,
      modelId: model.id,
      splits: [split],
      provider: 'cpu',
      batchSize: null,
      again: false,
    }),
  );
  const run = (await client.runs.list({ datasetId: report.datasetId })).find(({ id }) => id === job.runId)!;
  say(`Predicted ${count(run.done)} faces on ${run.provider}.`);
  const evaluation = await client.analysis.evaluate({ runId: run.id, split, protocol: 'majority' });
  const note = data === null ? 'Drawn faces with made-up votes: the figures mean nothing.\n\n' : '';
  return {
    document: { synthetic: data === null, import: report, run, evaluation },
    text: `${note}${describeEvaluation(evaluation)}`,
  };
}

function scoredSplit(report: ImportReport): Split {
  const split = SCORED.find((name) => (report.splits[name] ?? 0) > 0);
  if (split === undefined) throw new UsageError('There is no face to predict.', { remedy: 'Name another folder.' });
  return split;
}
