import { Option, type Command as Parser } from 'commander';
import { UsageError } from '../../../shared/errors.ts';
import {
  type ModelGuess,
  type ModelInput,
  type ModelOutputs,
  type ModelSpec,
  modelInputSchema,
  modelOutputsSchema,
} from '../../../shared/model-spec.ts';
import { collectPairs, list, number, numbers, whole } from './options.ts';

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

const { dtype, layout, colour } = modelInputSchema.shape;
const side = whole(1, 4096);

/** Gives a command the flags that state a model's spec. */
export const withSpecFlags = (command: Parser): Parser =>
  command
    .option('--manifest <file>', 'the manifest (default: the .json beside the model)')
    .option('--name <name>', 'the model’s name')
    .option('--input-name <name>', 'the graph’s image input')
    .addOption(new Option('--dtype <type>', 'the input’s element type').choices(dtype.options))
    .addOption(new Option('--layout <layout>', 'the input’s layout').choices(layout.options))
    .option('--width <pixels>', 'the input’s width', side)
    .option('--height <pixels>', 'the input’s height', side)
    .addOption(new Option('--colour <colour>', 'what the channels hold').choices(colour.options))
    .option('--channels <number>', '1 or 3', whole(1, 3))
    .option('--scale <factor>', 'multiplies each byte first, such as 0.003921569', number)
    .option('--mean <numbers>', 'subtracted a channel, parted by commas', numbers)
    .option('--std <numbers>', 'divides a channel, parted by commas', numbers)
    .option('--probabilities <name>', 'the output that holds probabilities')
    .option('--logits <name>', 'the output that holds logits')
    .option('--embedding <name>', 'the output that holds an embedding')
    .option('--classes <names>', 'the classes in the order of the output, parted by commas', list)
    .option('--map <name=class>', 'the dataset’s name for a class of the model (may be repeated)', collectPairs)
    .option('--licence <text>', 'the model’s licence')
    .option('--source <text>', 'where the model is from')
    .option('--trained-on <text>', 'what the model was trained on');

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
