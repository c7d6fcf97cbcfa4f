import { existsSync } from 'node:fs';
import { ConflictError, NotFoundError } from '../../shared/errors.ts';
import type { GraphSummary, Model, ModelSpec } from '../../shared/model-spec.ts';
import type { Library } from './db.ts';

interface ModelRow {
  readonly id: number;
  readonly name: string;
  readonly file: string;
  readonly file_bytes: number;
  readonly sha256: string;
  readonly shipped: number;
  readonly spec: string;
  readonly graph: string;
  readonly added_at: number;
  readonly runs: number;
}

/** A model to enter: where its file is, what it hashes to, how to run it and what its graph says. */
export interface NewModel {
  readonly file: string;
  readonly fileBytes: number;
  readonly sha256: string;
  readonly shipped: boolean;
  readonly spec: ModelSpec;
  readonly graph: GraphSummary;
}

const SELECT = `SELECT models.*, (SELECT count(*) FROM runs WHERE runs.model_id = models.id) AS runs FROM models`;

/** Enters a model under its spec's name. Throws ConflictError if the name is taken. */
export function addModel(library: Library, model: NewModel): Model {
  if (findModel(library, model.spec.name) !== null) {
    throw new ConflictError(`There is already a model named “${model.spec.name}”.`, {
      field: 'name',
      remedy: 'Choose another name, or delete the other model first.',
    });
  }
  const result = library
    .prepare(
      `INSERT INTO models (name, file, file_bytes, sha256, shipped, spec, graph, added_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      model.spec.name,
      model.file,
      model.fileBytes,
      model.sha256,
      model.shipped ? 1 : 0,
      JSON.stringify(model.spec),
      JSON.stringify(model.graph),
      Date.now(),
    );
  return getModel(library, Number(result.lastInsertRowid));
}

/** Points a shipped model at where this installation keeps it, renewing what its file says. */
export function refreshModel(library: Library, id: number, model: NewModel): Model {
  library
    .prepare('UPDATE models SET file = ?, file_bytes = ?, sha256 = ?, spec = ?, graph = ? WHERE id = ?')
    .run(model.file, model.fileBytes, model.sha256, JSON.stringify(model.spec), JSON.stringify(model.graph), id);
  return getModel(library, id);
}

/** Every model, shipped ones first, then by name. */
export function listModels(library: Library): Model[] {
  return (library.prepare(`${SELECT} ORDER BY shipped DESC, name`).all() as ModelRow[]).map(toModel);
}

/** One model. Throws NotFoundError. */
export function getModel(library: Library, id: number): Model {
  const row = library.prepare(`${SELECT} WHERE id = ?`).get(id) as ModelRow | undefined;
  if (row === undefined) throw new NotFoundError(`There is no model with the number ${id}.`);
  return toModel(row);
}

/** One model by its name, or null. */
export function findModel(library: Library, name: string): Model | null {
  const row = library.prepare(`${SELECT} WHERE name = ?`).get(name) as ModelRow | undefined;
  return row === undefined ? null : toModel(row);
}

/** Removes a model with its runs and their predictions; its file is left alone. Returns how many runs went. */
export function removeModel(library: Library, id: number): number {
  const model = getModel(library, id);
  library.transaction(() => {
    library.prepare('DELETE FROM runs WHERE model_id = ?').run(id);
    library.prepare('DELETE FROM models WHERE id = ?').run(id);
  });
  return model.runs;
}

function toModel(row: ModelRow): Model {
  return {
    id: row.id,
    name: row.name,
    file: row.file,
    fileBytes: row.file_bytes,
    sha256: row.sha256,
    shipped: row.shipped === 1,
    available: existsSync(row.file),
    spec: JSON.parse(row.spec) as ModelSpec,
    graph: JSON.parse(row.graph) as GraphSummary,
    runs: row.runs,
    addedAt: row.added_at,
  };
}
