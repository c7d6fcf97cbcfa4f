import { UsageError } from '../../../shared/errors.ts';
import {
  type ModelGuess,
  type ModelInput,
  type ModelOutputs,
  type ModelSpec,
  modelInputSchema,
  modelOutputsSchema,
} from '../../../shared/model-spec.ts';

/** What `models add` takes, each flag a field of the model's spec. */
export interface SpecFlags extends Partial<Omit<ModelInput, 'name' | 'channels'>>, ModelOutputs {
  readonly manifest?: string;
  readonly name?: string;
  readonly inputName?: string;
  readonly channels?: number;
  readonly classes?: readonly string[];
  readonly map?: Readonly<Record<string, string>>;
  readonly licence?: string;
  readonly source?: string;
  readonly trainedOn?: string;
}

/**
 * The part of a spec that the flags state, laid over what was guessed from the file where a flag states only some
 * fields of the input or the outputs. Throws UsageError if the input then still lacks something.
 */
export function specFromFlags(flags: SpecFlags, guess: ModelGuess): Partial<ModelSpec> {
  const input = stated({
    name: flags.inputName,
    dtype: flags.dtype,
    layout: flags.layout,
    width: flags.width,
    height: flags.height,
    colour: flags.colour,
    channels: flags.channels,
    scale: flags.scale,
    mean: flags.mean,
    std: flags.std,
  });
  const outputs = stated({ probabilities: flags.probabilities, logits: flags.logits, embedding: flags.embedding });
  return {
    ...stated({
      name: flags.name,
      classes: flags.classes === undefined ? undefined : [...flags.classes],
      classOverrides: flags.map === undefined ? undefined : { ...guess.spec.classOverrides, ...flags.map },
      licence: flags.licence,
      source: flags.source,
      trainedOn: flags.trainedOn,
    }),
    ...(isEmpty(input) ? {} : { input: completeInput({ ...knownInput(guess), ...input }) }),
    ...(isEmpty(outputs) ? {} : { outputs: completeOutputs({ ...guess.spec.outputs, ...outputs }) }),
  };
}

/** What was guessed of the input, without the fields that nobody could tell. */
const knownInput = (guess: ModelGuess): Partial<ModelInput> =>
  Object.fromEntries(
    Object.entries(guess.spec.input ?? {}).filter(([field]) => !guess.missing.includes(`input.${field}`)),
  );

const INPUT_FLAGS: Readonly<Record<string, string>> = { name: '--input-name' };

function completeInput(input: object): ModelInput {
  const parsed = modelInputSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))];
  const names = fields.map((field) => INPUT_FLAGS[field] ?? `--${field}`);
  throw new UsageError(`The model’s input cannot be told: ${parsed.error.issues[0]!.message}`, {
    names,
    remedy: `State ${names.join(', ')}.`,
  });
}

function completeOutputs(outputs: object): ModelOutputs {
  const parsed = modelOutputsSchema.safeParse(outputs);
  if (parsed.success) return parsed.data;
  throw new UsageError(parsed.error.issues[0]!.message, { remedy: 'State --probabilities or --logits.' });
}

/** The fields that are given at all. */
function stated<Fields extends object>(fields: Fields): Partial<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;
}

const isEmpty = (fields: object): boolean => Object.keys(fields).length === 0;
