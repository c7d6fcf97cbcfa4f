import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LabelExportReport, LabelExportRequest } from '../../../shared/contract/label-files.ts';
import type { JobProgress } from '../../../shared/entities.ts';
import { CancelledError, ConflictError, UsageError } from '../../../shared/errors.ts';
import type { Library } from '../db.ts';
import { LABEL_EXPORTS } from './index.ts';
import type { LabelExport } from './label-export.ts';
import { labelSource } from './source.ts';

export interface ExportOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: JobProgress) => void;
}

/** The layout of that name. Throws UsageError that lists the known ones. */
export function labelExportNamed(name: string): LabelExport {
  const found = LABEL_EXPORTS.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = LABEL_EXPORTS.map((each) => each.name);
  throw new UsageError(`Labels are not exported as “${name}”.`, {
    field: 'format',
    names,
    remedy: `Use ${names.join(', ')}.`,
  });
}

/**
 * Writes a dataset's labels to `out`, beside it what the layout has more of. All files are whole before the first is
 * put in place; what was there is replaced only with `force`. Throws ConflictError, CancelledError, ClassMappingError.
 */
export async function exportLabels(
  library: Library,
  request: LabelExportRequest,
  { signal, onProgress }: ExportOptions = {},
): Promise<LabelExportReport> {
  const begun = performance.now();
  const layout = labelExportNamed(request.format);
  const source = labelSource(library, request.datasetId);
  const out = resolve(request.out);
  const name = layout.suffix !== '' && out.endsWith(layout.suffix) ? basename(out, layout.suffix) : basename(out);
  const parent = dirname(out);
  mkdirSync(parent, { recursive: true });
  const folder = join(parent, `.${name}.${randomUUID()}.part`);
  mkdirSync(folder);
  const total = [...source.faces()].length;
  let done = 0;
  const tick = async (): Promise<void> => {
    done += 1;
    if (done % 100 !== 0 && done !== total) return;
    const rate = done / ((performance.now() - begun) / 1000);
    onProgress?.({ phase: 'writing faces', done, total, rate, secondsLeft: (total - done) / rate });
    await nextTurn();
    if (signal?.aborted) throw new CancelledError('The export was cancelled.', { kept: 'Nothing was written.' });
  };
  try {
    const { votes, imagePrefix } = request;
    const written = await layout.write(source, { folder, name, votes, imagePrefix, tick });
    const files = publish(folder, parent, request.force);
    const seconds = (performance.now() - begun) / 1000;
    return { ...written, leftOut: [...written.leftOut], format: layout.name, dataset: source.dataset, files, seconds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Moves what was made into its place; a folder that is there is replaced as a whole. */
function publish(folder: string, parent: string, force: boolean): string[] {
  const names = readdirSync(folder).sort();
  const taken = names.filter((name) => existsSync(join(parent, name)));
  if (taken.length > 0 && !force) {
    throw new ConflictError(`${join(parent, taken[0]!)} is there already.`, {
      file: join(parent, taken[0]!),
      names: taken,
      kept: 'It is as it was.',
      remedy: 'Name another file, or replace it with --force.',
    });
  }
  for (const name of taken) renameSync(join(parent, name), join(folder, `${name}.replaced`));
  for (const name of names) renameSync(join(folder, name), join(parent, name));
  return names.map((name) => join(parent, name));
}
