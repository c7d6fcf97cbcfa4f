import { UsageError } from '../../../../shared/errors.ts';
import type { AugmentationAmounts } from './index.ts';

export interface AugmentationPreset {
  readonly name: string;
  readonly describe: string;
  readonly amounts: AugmentationAmounts;
}

/** The sets of amounts that have a name. A new one is an entry here. */
export const AUGMENTATION_PRESETS = [
  {
    name: 'paper',
    describe: 'flips, rotation up to 45°, scale, brightness and contrast by up to 40 %, as the paper’s code has it',
    amounts: { flip: 0.5, rotation: 45, scale: 0.2, brightness: 0.4, contrast: 0.4 },
  },
  {
    name: 'light',
    describe: 'flips, rotation up to 10°, small changes of size, place and light, a patch erased now and then',
    amounts: {
      flip: 0.5,
      rotation: 10,
      scale: 0.1,
      translation: 0.06,
      brightness: 0.2,
      contrast: 0.2,
      erasing: 0.25,
    },
  },
  { name: 'none', describe: 'faces as they are', amounts: {} },
] as const satisfies readonly AugmentationPreset[];

export type AugmentationPresetName = (typeof AUGMENTATION_PRESETS)[number]['name'];

/** A preset by its name. Throws UsageError that lists the known ones. */
export function augmentationPreset(name: string): AugmentationPreset {
  const found = AUGMENTATION_PRESETS.find((preset) => preset.name === name);
  if (found !== undefined) return found;
  const names = AUGMENTATION_PRESETS.map((preset) => preset.name);
  throw new UsageError(`There is no augmentation “${name}”.`, {
    field: 'augmentation',
    names,
    remedy: `Use ${names.join(', ')}.`,
  });
}
