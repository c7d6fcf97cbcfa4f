import { type ModelGuess, type ModelSpec, modelSpecSchema, type TensorInfo } from '../../../shared/model-spec.ts';
import { scaleText } from './model-format.ts';

export const OUTPUT_KINDS = ['probabilities', 'logits', 'embedding'] as const;
export type OutputKind = (typeof OUTPUT_KINDS)[number];

/** A model's spec while it is being typed: numbers are text until they are whole. */
export interface SpecDraft {
  name: string;
  inputName: string;
  dtype: string;
  layout: string;
  width: string;
  height: string;
  colour: string;
  scale: string;
  mean: string;
  std: string;
  outputs: Record<OutputKind, string>;
  classes: readonly string[];
  licence: string;
  source: string;
  trainedOn: string;
}

export type DraftField = keyof SpecDraft;
export type DraftProblems = Readonly<Partial<Record<DraftField, string>>>;

/** Which field of the form holds a field of the spec, named as the backend names it. */
const FIELD_OF: Readonly<Record<string, DraftField>> = {
  'input.name': 'inputName',
  'input.dtype': 'dtype',
  'input.layout': 'layout',
  'input.width': 'width',
  'input.height': 'height',
  'input.colour': 'colour',
  'input.channels': 'colour',
  'input.scale': 'scale',
  'input.mean': 'mean',
  'input.std': 'std',
};

/** The form fields that spec field names stand for; 'input' and 'outputs' stand for all under them. */
export function draftFields(names: readonly string[]): ReadonlySet<DraftField> {
  const fields = names.flatMap((name): DraftField[] => {
    if (name === 'input') return Object.values(FIELD_OF);
    if (name.startsWith('outputs')) return ['outputs'];
    return [FIELD_OF[name] ?? (name as DraftField)];
  });
  return new Set(fields);
}

const numbers = (values: readonly number[] | undefined): string => values?.map(String).join(', ') ?? '';

/** The form filled with all that the file and its manifest say; what nobody knows is empty. */
export function draftOf(guess: Pick<ModelGuess, 'spec' | 'missing'>): SpecDraft {
  const { spec } = guess;
  const unknown = draftFields(guess.missing);
  const known = (field: DraftField, text: string | number | undefined): string =>
    unknown.has(field) || text === undefined ? '' : String(text);
  const input = spec.input;
  return {
    name: known('name', spec.name),
    inputName: known('inputName', input?.name),
    dtype: known('dtype', input?.dtype),
    layout: known('layout', input?.layout),
    width: known('width', input?.width),
    height: known('height', input?.height),
    colour: known('colour', input?.colour),
    scale: known('scale', input === undefined ? undefined : scaleText(input.scale)),
    mean: known('mean', numbers(input?.mean)),
    std: known('std', numbers(input?.std)),
    outputs: {
      probabilities: spec.outputs?.probabilities ?? '',
      logits: spec.outputs?.logits ?? '',
      embedding: spec.outputs?.embedding ?? '',
    },
    classes: unknown.has('classes') ? [] : (spec.classes ?? []),
    licence: spec.licence ?? '',
    source: spec.source ?? '',
    trainedOn: spec.trainedOn ?? '',
  };
}

/** A number as typed, '1/255' included; NaN for anything else. */
export function parseNumber(text: string): number {
  const parts = text.trim().split('/');
  if (parts.length > 2 || parts.some((part) => part.trim() === '')) return Number.NaN;
  const [top, bottom] = parts.map(Number) as [number, number | undefined];
  return bottom === undefined ? top : top / bottom;
}

/** Numbers parted by commas or spaces; one for each channel, or one for all. */
export const parseNumbers = (text: string): readonly number[] =>
  text.trim() === ''
    ? []
    : text
        .trim()
        .split(/[\s,]+/)
        .map(parseNumber);

/** How many classes an output's last dimension says, or null where it is symbolic. */
export function classCount(draft: SpecDraft, outputs: readonly TensorInfo[]): number | null {
  const name = draft.outputs.probabilities || draft.outputs.logits;
  const last = outputs.find((output) => output.name === name)?.shape.at(-1);
  return typeof last === 'number' && last > 0 ? last : null;
}

function classProblem(draft: SpecDraft, outputs: readonly TensorInfo[]): string | undefined {
  const names = draft.classes.map((name) => name.trim());
  if (names.length === 0) return 'Name the classes in the order of the output.';
  const blank = names.indexOf('');
  if (blank >= 0) return `Class ${blank} has no name.`;
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return `'${twice}' stands twice.`;
  const wanted = classCount(draft, outputs);
  if (wanted !== null && wanted !== names.length) return `The output has ${wanted} classes, the list ${names.length}.`;
  return names.length < 2 ? 'A classifier has at least two classes.' : undefined;
}

/** What still keeps a draft from being a spec, by form field, each in one short sentence. */
export function problemsOf(draft: SpecDraft, outputs: readonly TensorInfo[]): DraftProblems {
  const problems: Partial<Record<DraftField, string>> = {};
  const say = (field: DraftField, wrong: boolean, message: string): void => {
    if (wrong && problems[field] === undefined) problems[field] = message;
  };
  for (const field of ['name', 'inputName', 'dtype', 'layout', 'colour'] as const) {
    say(field, draft[field].trim() === '', 'Needed to run the model.');
  }
  say(
    'name',
    !modelSpecSchema.shape.name.safeParse(draft.name.trim()).success,
    'Letters, digits, spaces and . _ @ + - only.',
  );
  for (const field of ['width', 'height'] as const) {
    const size = parseNumber(draft[field]);
    say(field, !Number.isInteger(size) || size < 1 || size > 4096, 'A whole number of pixels, 1 to 4096.');
  }
  const scale = parseNumber(draft.scale);
  say('scale', !(scale > 0 && Number.isFinite(scale)), 'A number above 0, such as 1/255.');
  const channels = draft.colour === 'grey' ? 1 : 3;
  for (const field of ['mean', 'std'] as const) {
    const values = parseNumbers(draft[field]);
    const fits = values.length === 1 || values.length === channels;
    say(field, !fits || !values.every(Number.isFinite), channels === 1 ? 'One number.' : 'One number, or three.');
    say(field, field === 'std' && values.some((value) => value <= 0), 'Above 0.');
  }
  const { probabilities, logits } = draft.outputs;
  say('outputs', probabilities === '' && logits === '', 'Say which output holds probabilities or logits.');
  const chosen = Object.values(draft.outputs).filter((name) => name !== '');
  say('outputs', new Set(chosen).size < chosen.length, 'One output cannot be two things.');
  const classes = classProblem(draft, outputs);
  if (classes !== undefined) problems.classes = classes;
  return problems;
}

/**
 * The spec a draft without problems stands for; what the form does not show (pipeline, metrics, overrides) is kept from
 * `rest`. Mean and deviation are spread over all channels.
 */
export function specOf(draft: SpecDraft, rest: Partial<ModelSpec>): ModelSpec {
  const channels = draft.colour === 'grey' ? 1 : 3;
  const spread = (text: string): number[] => {
    const values = parseNumbers(text);
    return Array.from({ length: channels }, (_, c) => values[values.length === 1 ? 0 : c]!);
  };
  const named = OUTPUT_KINDS.filter((kind) => draft.outputs[kind] !== '');
  return modelSpecSchema.parse({
    classOverrides: {},
    pipeline: [],
    metrics: null,
    ...rest,
    name: draft.name.trim(),
    input: {
      name: draft.inputName,
      dtype: draft.dtype,
      layout: draft.layout,
      width: parseNumber(draft.width),
      height: parseNumber(draft.height),
      colour: draft.colour,
      channels,
      scale: parseNumber(draft.scale),
      mean: spread(draft.mean),
      std: spread(draft.std),
    },
    outputs: Object.fromEntries(named.map((kind) => [kind, draft.outputs[kind]])),
    classes: draft.classes.map((name) => name.trim()),
    licence: draft.licence.trim(),
    source: draft.source.trim(),
    trainedOn: draft.trainedOn.trim(),
  });
}
