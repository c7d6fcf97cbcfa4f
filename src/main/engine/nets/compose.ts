import type { ClassifierChoice } from '../../../shared/contract/model-folders.ts';
import { UsageError } from '../../../shared/errors.ts';
import { findBackbone } from './backbones/index.ts';
import { type ClassifierConfig, classifier } from './classifier.ts';
import { configFor } from './registry.ts';
import { findSuperResolution } from './super-resolution/index.ts';
import { findVariant } from './variants.ts';

/** How much bicubic enlarges unless it is told: the one kind without a factor of its own. */
const BICUBIC_SCALE = 2;

/**
 * The whole config of the classifier that a person chose: a backbone gets what else is chosen around it, a named
 * pipeline is changed by it. The parts' configs have their defaults written out. Throws UsageError.
 */
export function composeClassifier(choice: ClassifierChoice): ClassifierConfig {
  refuseTwice(choice.classes);
  const { kind, config } = findVariant(choice.backbone);
  const start = kind === classifier.kind ? config : { backbone: { kind, config }, resizer: { kind: 'bilinear' } };
  const { input, channels, stn, head } = choice;
  const chosen = configFor(classifier, {
    ...start,
    ...stated({ input, channels, stn, head }),
    num_classes: choice.classes.length,
  });
  const sr = choice.sr === undefined ? chosen.sr : superResolution(choice.sr, chosen);
  return configFor(classifier, {
    ...chosen,
    normalise: { ...chosen.normalise, ...stated({ mean: choice.mean, std: choice.std }) },
    sr: sr && { kind: sr.kind, config: configFor(findSuperResolution(sr.kind), { ...sr.config, input: chosen.input }) },
    resizer: choice.resizer === undefined ? chosen.resizer : learned(choice.resizer, chosen.resizer),
    backbone: backboneOf(chosen),
  });
}

function refuseTwice(classes: readonly string[]): void {
  const twice = classes.find((name, index) => classes.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new UsageError(`The class “${twice}” stands twice.`, { field: 'classes', names: [twice] });
}

function superResolution({ kind, scale }: NonNullable<ClassifierChoice['sr']>, { channels }: ClassifierConfig) {
  if (kind === 'bicubic') return { kind, config: { scale: scale ?? BICUBIC_SCALE, channels } };
  return { kind, config: stated({ scale }) };
}

const learned = (choice: NonNullable<ClassifierChoice['resizer']>, start: ClassifierConfig['resizer']) => ({
  ...start,
  ...choice,
  kind: 'resizer',
});

function backboneOf({ backbone: { kind, config }, num_classes }: ClassifierConfig): ClassifierConfig['backbone'] {
  const whole = configFor(findBackbone(kind), { ...config, num_classes });
  return { kind, config: whole as ClassifierConfig['backbone']['config'] };
}

const stated = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
