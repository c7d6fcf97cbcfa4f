import { both } from './both.ts';
import { confidentJoint } from './confident-joint.ts';
import { pruneByClass } from './prune-by-class.ts';
import { pruneByNoiseRate } from './prune-by-noise-rate.ts';

/** Every way to say which faces are label issues; a new one is a file and a line here. */
export const ISSUE_FILTERS = [pruneByNoiseRate, pruneByClass, both, confidentJoint] as const;
