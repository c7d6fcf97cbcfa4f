import { brightness } from './brightness.ts';
import { contrast } from './contrast.ts';
import { erasing } from './erasing.ts';
import { flip } from './flip.ts';
import { rotation } from './rotation.ts';
import { scale } from './scale.ts';
import { translation } from './translation.ts';

/** Every augmentation, in the order in which they are done. A new one is a file and a line here. */
export const AUGMENTATIONS = [flip, rotation, scale, translation, brightness, contrast, erasing] as const;

export type AugmentationName = (typeof AUGMENTATIONS)[number]['name'];

/** How much of each augmentation; what is left out is not done. */
export type AugmentationAmounts = Readonly<Partial<Record<AugmentationName, number>>>;
