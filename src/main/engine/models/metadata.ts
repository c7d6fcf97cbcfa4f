import { type ModelSpec, modelSpecSchema } from '../../../shared/model-spec.ts';

/** Says that the other keys are meant as here. */
const MARK = 'countenance_metadata';
const FORMAT = '1';

/** Fields of a spec that a file's metadata holds as JSON, by the metadata's keys. */
const AS_JSON = {
  classes: 'classes',
  class_overrides: 'classOverrides',
  input: 'input',
  outputs: 'outputs',
  pipeline: 'pipeline',
  metrics: 'metrics',
} as const satisfies Record<string, keyof ModelSpec>;

/** Fields that it holds as they are. */
const AS_TEXT = {
  name: 'name',
  licence: 'licence',
  source: 'source',
  trained_on: 'trainedOn',
} as const satisfies Record<string, keyof ModelSpec>;

/**
 * What an exported file says of itself (ONNX `metadata_props`): the spec's fields and, of models trained here, dataset,
 * splits, votes files, protocol and prior; `version` is the program's. Lists and tables are JSON; what is not known is
 * left out.
 */
export function metadataOf(spec: ModelSpec, version?: string): Readonly<Record<string, string>> {
  const { training } = spec;
  const json = Object.entries(AS_JSON).map(([key, field]) => [key, spec[field]] as const);
  const trained =
    training === undefined
      ? []
      : ([
          ['dataset', training.dataset],
          ['splits', training.splits],
          ['votes_files', training.votesFiles],
          ['protocol', training.protocol],
          ['prior', training.prior],
        ] as const);
  const texts = Object.entries(AS_TEXT).map(([key, field]) => [key, spec[field]] as const);
  return Object.fromEntries([
    ...texts.filter(([, value]) => value !== ''),
    ...[...json, ...trained].flatMap(([key, value]) =>
      value === null ? [] : [[key, typeof value === 'string' ? value : JSON.stringify(value)] as const],
    ),
    ...(version === undefined ? [] : [['version', version] as const]),
    [MARK, FORMAT],
  ]);
}

/** The spec's fields that `metadataOf` put into a file; none from a file of another tool or where one does not fit. */
export function specInMetadata(metadata: Readonly<Record<string, string>>): Partial<ModelSpec> {
  if (metadata[MARK] !== FORMAT) return {};
  const texts = Object.entries(AS_TEXT).map(([key, field]) => [field, metadata[key]] as const);
  const json = Object.entries(AS_JSON).map(([key, field]) => [field, parsed(metadata[key])] as const);
  const stated = [...texts, ...json].filter(([, value]) => value !== undefined);
  const checked = modelSpecSchema.partial().safeParse(Object.fromEntries(stated));
  return checked.success ? checked.data : {};
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
