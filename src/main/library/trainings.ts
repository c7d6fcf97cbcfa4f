import { dirname, relative, resolve } from 'node:path';
import type { Training, TrainingCounts, TrainingEpoch, TrainingStep } from '../../shared/contract/trainings.ts';
import type { JobStatus } from '../../shared/entities.ts';
import { NotFoundError } from '../../shared/errors.ts';
import { type TrainConfig, trainConfigSchema } from '../../shared/train-config.ts';
import type { Library } from './db.ts';

interface TrainingRow {
  readonly id: number;
  readonly name: string;
  readonly config: string;
  readonly dataset_id: number | null;
  readonly vote_files: string;
  readonly classes: string;
  readonly counts: string;
  readonly folder: string;
  readonly provider: string;
  readonly seconds: number;
  readonly best_epoch: number | null;
  readonly job_id: number | null;
  readonly job_status: JobStatus | null;
  readonly steps_done: number | null;
  readonly epochs_done: number | null;
  readonly created_at: number;
  readonly ended_at: number | null;
}

export interface NewTraining {
  readonly name: string;
  readonly config: TrainConfig;
  readonly datasetId: number;
  readonly voteFiles: readonly string[];
  readonly classes: readonly string[];
  readonly counts: TrainingCounts;
  /** Its folder, which is named after its number. */
  readonly folderOf: (id: number) => string;
}

/** What may change of a training while it runs; an absent field stays as it is. */
export interface TrainingChange {
  readonly config?: TrainConfig;
  readonly provider?: string;
  readonly bestEpoch?: number | null;
  readonly jobId?: number;
  readonly endedAt?: number | null;
}

const SELECT = `SELECT t.*, j.status AS job_status,
  (SELECT max(step) FROM training_steps WHERE training_id = t.id) AS steps_done,
  (SELECT max(epoch) FROM training_epochs WHERE training_id = t.id) AS epochs_done
  FROM trainings t LEFT JOIN jobs j ON j.id = t.job_id`;

/** Enters a training that has not begun. */
export function createTraining(library: Library, training: NewTraining): Training {
  return library.transaction(() => {
    const { name, config, datasetId, voteFiles, classes, counts, folderOf } = training;
    const result = library
      .prepare(
        `INSERT INTO trainings (name, config, dataset_id, vote_files, classes, counts, folder, created_at)
         VALUES (?, ?, ?, ?, ?, ?, '', ?)`,
      )
      .run(
        name,
        JSON.stringify(config),
        datasetId,
        JSON.stringify(voteFiles),
        JSON.stringify(classes),
        JSON.stringify(counts),
        Date.now(),
      );
    const id = Number(result.lastInsertRowid);
    library
      .prepare('UPDATE trainings SET folder = ? WHERE id = ?')
      .run(relative(dirname(library.file), folderOf(id)), id);
    return getTraining(library, id);
  });
}

/** One training. Throws NotFoundError. */
export function getTraining(library: Library, id: number): Training {
  const row = library.prepare(`${SELECT} WHERE t.id = ?`).get(id) as TrainingRow | undefined;
  if (row === undefined) throw new NotFoundError(`There is no training run with the number ${id}.`);
  return toTraining(library, row);
}

/** The trainings on one dataset, or all, newest first. */
export function listTrainings(library: Library, datasetId: number | null): Training[] {
  const rows = library
    .prepare(`${SELECT} WHERE ? IS NULL OR t.dataset_id = ? ORDER BY t.id DESC`)
    .all(datasetId, datasetId) as TrainingRow[];
  return rows.map((row) => toTraining(library, row));
}

/** Writes what changed. */
export function updateTraining(library: Library, id: number, change: TrainingChange): void {
  const columns = {
    config: 'config',
    provider: 'provider',
    bestEpoch: 'best_epoch',
    jobId: 'job_id',
    endedAt: 'ended_at',
  };
  const values = { ...change, config: change.config && JSON.stringify(change.config) };
  for (const [field, column] of Object.entries(columns)) {
    const value = values[field as keyof TrainingChange];
    if (value !== undefined) library.prepare(`UPDATE trainings SET ${column} = ? WHERE id = ?`).run(value, id);
  }
}

/** Removes a training's records; its folder is left alone. */
export function removeTraining(library: Library, id: number): void {
  library.prepare('DELETE FROM trainings WHERE id = ?').run(id);
}

/** Records a step and the time that it took. */
export function addStep(library: Library, id: number, step: TrainingStep, seconds: number): void {
  library.transaction(() => {
    library
      .prepare('INSERT OR REPLACE INTO training_steps VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(id, step.step, step.epoch, step.loss, step.learningRate, step.gradientNorm, step.facesPerSecond);
    library.prepare('UPDATE trainings SET seconds = seconds + ? WHERE id = ?').run(seconds, id);
  });
}

/** Records an epoch, in place of an earlier record of it, and the time that its validation took. */
export function addEpoch(library: Library, id: number, epoch: TrainingEpoch, seconds: number): void {
  const { step, trainLoss, faces, loss, accuracy, macroF1, recall, ece } = epoch;
  library.transaction(() => {
    library
      .prepare('INSERT OR REPLACE INTO training_epochs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(id, epoch.epoch, step, trainLoss, faces, loss, accuracy, macroF1, JSON.stringify(recall), ece);
    library.prepare('UPDATE trainings SET seconds = seconds + ? WHERE id = ?').run(seconds, id);
  });
}

/** Forgets what was recorded after a point to which a training goes back. */
export function rewindTraining(
  library: Library,
  id: number,
  to: { readonly step: number; readonly epochs: number },
): void {
  library.transaction(() => {
    library.prepare('DELETE FROM training_steps WHERE training_id = ? AND step > ?').run(id, to.step);
    library.prepare('DELETE FROM training_epochs WHERE training_id = ? AND epoch > ?').run(id, to.epochs);
  });
}

/** The steps after a number, in their order. */
export function stepsOf(library: Library, id: number, afterStep = 0): TrainingStep[] {
  return library
    .prepare(
      `SELECT step, epoch, loss, learning_rate AS learningRate, gradient_norm AS gradientNorm,
         faces_per_second AS facesPerSecond FROM training_steps WHERE training_id = ? AND step > ? ORDER BY step`,
    )
    .all(id, afterStep) as TrainingStep[];
}

/** Every epoch, in their order. */
export function epochsOf(library: Library, id: number): TrainingEpoch[] {
  const rows = library
    .prepare(
      `SELECT epoch, step, train_loss AS trainLoss, faces, loss, accuracy, macro_f1 AS macroF1, recall, ece
       FROM training_epochs WHERE training_id = ? ORDER BY epoch`,
    )
    .all(id) as (Omit<TrainingEpoch, 'recall'> & { readonly recall: string })[];
  return rows.map((row) => ({ ...row, recall: JSON.parse(row.recall) as TrainingEpoch['recall'] }));
}

function toTraining(library: Library, row: TrainingRow): Training {
  return {
    id: row.id,
    name: row.name,
    config: trainConfigSchema.parse(JSON.parse(row.config)),
    datasetId: row.dataset_id,
    voteFiles: JSON.parse(row.vote_files) as string[],
    classes: JSON.parse(row.classes) as string[],
    counts: JSON.parse(row.counts) as TrainingCounts,
    folder: resolve(dirname(library.file), row.folder),
    provider: row.provider,
    seconds: row.seconds,
    stepsDone: row.steps_done ?? 0,
    epochsDone: row.epochs_done ?? 0,
    best: epochsOf(library, row.id).find(({ epoch }) => epoch === row.best_epoch) ?? null,
    jobId: row.job_id,
    status: row.job_status ?? (row.ended_at === null ? 'interrupted' : 'done'),
    createdAt: row.created_at,
    endedAt: row.ended_at,
  };
}
