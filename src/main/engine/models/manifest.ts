import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { ModelError } from '../../../shared/errors.ts';
import {
  type ModelInput,
  type ModelSpec,
  modelInputSchema,
  modelMetricsSchema,
  modelNetworkSchema,
  modelTrainingSchema,
} from '../../../shared/model-spec.ts';

const OUTPUT_ROLES = ['probabilities', 'logits', 'embedding'] as const;
export type OutputRole = (typeof OUTPUT_ROLES)[number];

const shapeSchema = z.array(z.union([z.number(), z.string()]));

/**
 * Two spellings are read: a whole ModelSpec, where an output's role points to its name, and the spelling of exported
 * reference models, where inputs and outputs carry shapes, `range` says what a byte becomes, and a role is its name.
 */
const manifestSchema = z.looseObject({
  name: z.string().optional(),
  file: z.string().optional(),
  input: z
    .looseObject({
      ...modelInputSchema.partial().shape,
      shape: shapeSchema.optional(),
      range: z.tuple([z.number(), z.number()]).optional(),
    })
    .optional(),
  outputs: z.record(z.string(), z.union([z.string(), shapeSchema])).optional(),
  classes: z.array(z.string()).optional(),
  classOverrides: z.record(z.string(), z.string()).optional(),
  licence: z.string().optional(),
  license: z.string().optional(),
  source: z.string().optional(),
  trainedOn: z.string().optional(),
  pipeline: z.array(z.string()).optional(),
  metrics: modelMetricsSchema.nullable().optional(),
  training: modelTrainingSchema.optional(),
  network: modelNetworkSchema.optional(),
});

/** What a manifest states; absent fields are not stated. */
export interface Manifest {
  readonly file: string;
  readonly modelFile: string | undefined;
  readonly spec: Partial<Omit<ModelSpec, 'input' | 'outputs'>>;
  readonly input: Partial<ModelInput>;
  readonly outputs: Readonly<Partial<Record<OutputRole, string>>>;
}

/** The manifest beside a model: `X.json` for `X.onnx`, or `manifest.json` if it names this file or none; else null. */
export function findManifest(modelFile: string): string | null {
  const beside = modelFile.replace(/\.onnx$/i, '.json');
  if (beside !== modelFile && existsSync(beside)) return beside;
  const general = join(dirname(modelFile), 'manifest.json');
  if (!existsSync(general)) return null;
  const named = readManifest(general).modelFile;
  return named === undefined || named === basename(modelFile) ? general : null;
}

/** Reads a manifest. Throws ModelError naming the file and the field that is wrong. */
export function readManifest(file: string): Manifest {
  const parsed = manifestSchema.safeParse(readJson(file));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const field = issue.path.join('.');
    throw new ModelError(`The manifest ${file} is wrong at “${field}”: ${issue.message}`, {
      file,
      field,
      remedy: 'Correct that field, or remove it and state it when adding the model.',
    });
  }
  const { name, file: modelFile, input = {}, outputs = {}, license, licence = license, ...rest } = parsed.data;
  const { classes, classOverrides, source, trainedOn, pipeline, metrics, training, network } = rest;
  return {
    file,
    modelFile,
    spec: stated({ name, classes, classOverrides, licence, source, trainedOn, pipeline, metrics, training, network }),
    input: statedInput(input),
    outputs: Object.fromEntries(
      OUTPUT_ROLES.filter((role) => outputs[role] !== undefined).map((role) => {
        const named = outputs[role];
        return [role, typeof named === 'string' ? named : role];
      }),
    ),
  };
}

function statedInput(input: NonNullable<z.infer<typeof manifestSchema>['input']>): Partial<ModelInput> {
  const { name, dtype, layout, width, height, colour, channels, scale, mean, std, shape, range } = input;
  const sides = shape === undefined ? {} : sidesOf(shape, layout ?? 'NCHW');
  const ranged = range === undefined ? {} : scalingOf(range);
  return stated({
    ...sides,
    ...ranged,
    ...stated({ name, dtype, layout, width, height, colour, channels, scale, mean, std }),
  });
}

function sidesOf(shape: readonly (number | string)[], layout: ModelInput['layout']): Partial<ModelInput> {
  const [channels, height, width] = layout === 'NCHW' ? shape.slice(1) : [shape[3], shape[1], shape[2]];
  const number = (side: number | string | undefined): number | undefined =>
    typeof side === 'number' ? side : undefined;
  return stated({
    width: number(width),
    height: number(height),
    channels: channels === 1 || channels === 3 ? channels : undefined,
  });
}

/** Bytes 0 to 255 spread over [low, high]: byte · (high − low) / 255 + low. */
function scalingOf([low, high]: readonly [number, number]): Partial<ModelInput> {
  return { scale: (high - low) / 255, mean: [low === 0 ? 0 : -low], std: [1] };
}

function stated<Fields extends object>(fields: Fields): Partial<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ModelError(`The manifest ${file} cannot be read: ${message}`, { file }, error);
  }
}
