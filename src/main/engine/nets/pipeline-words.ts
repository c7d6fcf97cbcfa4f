import { findBackbone } from './backbones/index.ts';
import type { ClassifierConfig } from './classifier.ts';
import { instantiate } from './instantiate.ts';
import { configFor } from './registry.ts';
import { findSuperResolution } from './super-resolution/index.ts';

/** What a classifier does with a face, step by step, in words for its card. Takes a config of `composeClassifier`. */
export function pipelineWords(config: ClassifierConfig): string[] {
  const { input, channels, sr, normalise, stn, resizer, backbone, head, num_classes: classes } = config;
  const enlarged = sr === null ? input : enlargedSide(sr);
  const [, , side] = findBackbone(backbone.kind).inputShape(backbone.config);
  const steps = [
    sr && `${sr.kind} super-resolution ×${enlarged / input} (${input} → ${enlarged})`,
    `(x − ${listed(normalise.mean)}) ÷ ${listed(normalise.std)}${channels === 1 ? ', to 3 channels' : ''}`,
    stn && 'spatial transformer',
    resizer.kind === 'resizer' && `neural resizer ${enlarged} → ${side} (r = ${resizer.r}, n = ${resizer.n})`,
    resizer.kind === 'bilinear' && enlarged !== side && `bilinear ${enlarged} → ${side}`,
    `${backbone.kind} (${settings(backbone.config)})`,
    `${head === 'plain' ? 'plain head' : 'the paper’s head'} to ${classes} classes`,
  ];
  return steps.filter((step) => typeof step === 'string');
}

function enlargedSide({ kind, config }: NonNullable<ClassifierConfig['sr']>): number {
  const net = findSuperResolution(kind);
  return instantiate(net, configFor(net, config), { batch: 1 }).outputs.output.staticShape[2]!;
}

const listed = (values: readonly number[]): string =>
  values.every((value) => value === values[0]) ? String(values[0]) : `(${values.join(', ')})`;

const settings = ({ num_classes, ...config }: ClassifierConfig['backbone']['config']): string =>
  Object.entries(config)
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join('-') : value}`)
    .join(', ');
