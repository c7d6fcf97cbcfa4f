import type { Evaluation } from '../../../shared/contract/analysis.ts';
import { type ExportResult, exportOrderSchema, exportResultSchema } from '../../../shared/contract/exports.ts';
import type { Model } from '../../../shared/model-spec.ts';
import type { Client } from '../../api/backend.ts';
import type { Session } from '../terminal/command.ts';
import { followJob } from '../terminal/follow-job.ts';
import type { Scored } from './tour.ts';

/** Faces asked for at once when two runs are compared. */
const PAGE = 1000;

/** How the predictions of an exported file differ from those of the model that it was exported from. */
export interface Rerun {
  readonly file: string;
  readonly evaluation: Evaluation;
  readonly faces: number;
  /** Faces whose most probable class is another one. */
  readonly changed: number;
  /** The greatest difference of any probability of any face. */
  readonly maxDifference: number;
}

/** Exports a model as one .onnx file into `folder`; rejects where the file read back is not the model. */
export async function exportTuned(session: Session, model: Model, folder: string): Promise<ExportResult> {
  const order = exportOrderSchema.parse({ source: { kind: 'model', modelId: model.id }, out: folder, force: true });
  const job = await followJob(session, () => session.client.exports.start(order));
  return exportResultSchema.parse(job.result);
}

/** Takes an exported file up as if another had made it: the new model has the exported one's name and “-exported”. */
export async function addExported({ client }: Session, { name, files }: ExportResult): Promise<Model> {
  const file = files.find(({ role }) => role === 'model')!.path;
  return client.models.add({ file, manifest: null, spec: { name: `${name}-exported` } });
}

/** Compares two models' predictions of the same faces, probability by probability. */
export async function compareRerun(client: Client, file: string, from: Scored, again: Scored): Promise<Rerun> {
  const { datasetId, id: runId } = from.run;
  const query = {
    datasetId,
    runId,
    filter: { splits: [...from.run.splits] },
    sort: 'key' as const,
    descending: false,
  };
  let [faces, changed, maxDifference, total] = [0, 0, 0, 1];
  for (let offset = 0; offset < total; offset += PAGE) {
    const page = await client.samples.page({ query, offset, limit: PAGE });
    total = page.total;
    for (const { id } of page.tiles) {
      const [one, other] = await Promise.all([
        client.samples.get({ id, runId }),
        client.samples.get({ id, runId: again.run.id }),
      ]);
      const [expected, found] = [one.prediction!, other.prediction!];
      faces += 1;
      changed += Number(expected.predicted !== found.predicted);
      maxDifference = expected.probabilities.reduce(
        (most, share, index) => Math.max(most, Math.abs(share - found.probabilities[index]!)),
        maxDifference,
      );
    }
  }
  return { file, evaluation: again.evaluation, faces, changed, maxDifference };
}
