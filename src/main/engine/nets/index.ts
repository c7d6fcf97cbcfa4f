import { BACKBONES } from './backbones/index.ts';
import { classifier } from './classifier.ts';
import { type AnyNet, anyNet, findKind } from './registry.ts';
import { resizer } from './resizer.ts';
import { stn } from './stn.ts';
import { SUPER_RESOLUTIONS } from './super-resolution/index.ts';

/** Every kind of network, by whose name a config says what it is for. */
export const NETS: readonly AnyNet[] = [
  ...BACKBONES,
  ...SUPER_RESOLUTIONS,
  anyNet(resizer),
  anyNet(stn),
  anyNet(classifier),
];

/** The network of that kind. Throws UsageError. */
export const findNet = (kind: string): AnyNet => findKind(NETS, kind, 'network');
