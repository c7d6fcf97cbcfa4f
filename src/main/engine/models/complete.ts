import { ModelError } from '../../../shared/errors.ts';
import { type ModelGuess, type ModelSpec, modelSpecSchema } from '../../../shared/model-spec.ts';
import { checkSpecAgainstGraph } from './check.ts';

/** The fields that neither the guess nor the overrides state. */
export function missingFields(guess: ModelGuess, overrides: Partial<ModelSpec>): readonly string[] {
  return guess.missing.filter((field) => overrides[field.split('.')[0] as keyof ModelSpec] === undefined);
}

/**
 * The whole spec of a guess and what a person stated over it, a field at a time; `input` and `outputs` are replaced
 * whole. Throws ModelError naming the field that is missing, malformed, or does not fit the graph.
 */
export function completeSpec(guess: ModelGuess, overrides: Partial<ModelSpec>): ModelSpec {
  const missing = missingFields(guess, overrides);
  if (missing.length > 0) {
    throw new ModelError(`Neither the file nor a manifest says: ${missing.join(', ')}.`, {
      file: guess.file,
      field: missing[0],
      names: missing,
      remedy: 'State it when adding the model, or in a manifest (.json) beside the file.',
    });
  }
  const parsed = modelSpecSchema.safeParse({ ...guess.spec, ...overrides });
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const field = issue.path.join('.');
    throw new ModelError(`The model’s ${field} is wrong: ${issue.message}`, { file: guess.file, field });
  }
  checkSpecAgainstGraph(parsed.data, guess.graph);
  return parsed.data;
}
