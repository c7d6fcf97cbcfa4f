import { type AnyNet, anyNet, findKind } from '../registry.ts';
import { bicubic } from './bicubic.ts';
import { dic } from './dic.ts';
import { espcn } from './espcn.ts';
import { fsrcnn } from './fsrcnn.ts';

/** Every way of enlarging a face: an image in [0, 1] to a larger one. A new one is a file and a line here. */
export const SUPER_RESOLUTIONS: readonly AnyNet[] = [anyNet(bicubic), anyNet(fsrcnn), anyNet(espcn), anyNet(dic)];

/** The super-resolution of that kind. Throws UsageError. */
export const findSuperResolution = (kind: string): AnyNet => findKind(SUPER_RESOLUTIONS, kind, 'super-resolution');
