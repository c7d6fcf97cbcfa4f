import { type ClassInfo, mapClasses } from '../../shared/class-sets.ts';
import type { Dataset } from '../../shared/entities.ts';
import { ConflictError } from '../../shared/errors.ts';
import { createDataset, ensureVoteFile, findDataset } from './datasets.ts';
import type { Library } from './db.ts';
import { insertSamples, type NewSample, sampleKeys } from './samples.ts';

/** A face ready to enter, its votes in the source's class order. */
export type ReadyFace = Omit<NewSample, 'voteFileId'> & { readonly voteFile: string };

/** Where an import goes: a dataset that is there, or one that its first batch will make. */
export interface IngestTarget {
  readonly keys: Set<string>;
  /** The dataset's number once it exists. */
  readonly datasetId: number | null;
  /** Enters a batch, all or nothing, together with the dataset if it is the first. Returns how many were new. */
  commit(batch: readonly ReadyFace[]): number;
}

/**
 * Prepares to add faces to the dataset of that name. Throws ConflictError, naming the difference, if one exists that
 * is of another kind or lacks a class of the source.
 */
export function ingestTarget(
  library: Library,
  source: { readonly name: string; readonly kind: string; readonly classes: readonly ClassInfo[] },
): IngestTarget {
  const existing = findDataset(library, source.name);
  const indices = existing === null ? null : classIndices(existing, source);
  const classCount = existing?.classes.length ?? source.classes.length;
  let datasetId = existing?.id ?? null;

  const inDatasetOrder = (votes: readonly number[]): readonly number[] => {
    if (indices === null) return votes;
    const ordered = new Array<number>(classCount).fill(0);
    votes.forEach((count, index) => {
      ordered[indices[index]!]! += count;
    });
    return ordered;
  };

  return {
    keys: existing === null ? new Set() : sampleKeys(library, existing.id),
    get datasetId() {
      return datasetId;
    },
    commit(batch) {
      const done = library.transaction(() => {
        const id = datasetId ?? createDataset(library, source);
        const fileIds = new Map<string, number>();
        const samples = batch.map(({ voteFile, ...face }) => {
          const voteFileId = fileIds.get(voteFile) ?? ensureVoteFile(library, id, voteFile);
          fileIds.set(voteFile, voteFileId);
          return { ...face, votes: inDatasetOrder(face.votes), voteFileId };
        });
        return { id, inserted: insertSamples(library, id, samples) };
      });
      datasetId = done.id;
      return done.inserted;
    },
  };
}

function classIndices(
  dataset: Dataset,
  source: { readonly name: string; readonly kind: string; readonly classes: readonly ClassInfo[] },
): readonly number[] {
  const remedy = 'Import under another name.';
  if (dataset.kind !== source.kind) {
    throw new ConflictError(`“${source.name}” is a dataset of kind ${dataset.kind}, this source is ${source.kind}.`, {
      field: 'name',
      kept: 'Nothing was imported.',
      remedy,
    });
  }
  const names = dataset.classes.map(({ name }) => name);
  const { indices, unmapped } = mapClasses(
    source.classes.map(({ name }) => name),
    names,
  );
  if (unmapped.length === 0) return indices;
  throw new ConflictError(
    `“${source.name}” has no class ${unmapped.map((name) => `“${name}”`).join(', ')}; it has ${names.join(', ')}.`,
    { field: 'name', names: unmapped, kept: 'Nothing was imported.', remedy },
  );
}
