import { ambiguityWeighted } from './ambiguity-weighted.ts';
import { classBalanced } from './class-balanced.ts';
import { shuffled } from './shuffled.ts';

/** Every way to order an epoch, the usual one first. A new one is a file and a line here. */
export const SAMPLERS = [shuffled, classBalanced, ambiguityWeighted] as const;

export type SamplerName = (typeof SAMPLERS)[number]['name'];
export const SAMPLER_NAMES = SAMPLERS.map(({ name }) => name);
