import { type AnyNet, anyNet, findKind } from '../registry.ts';
import { convit } from './convit.ts';
import { deit } from './deit.ts';
import { swin } from './swin.ts';
import { vit } from './vit.ts';
import { xcit } from './xcit.ts';

/** Every backbone: images to logits, with the embedding before its head. A new one is a file and a line here. */
export const BACKBONES: readonly AnyNet[] = [anyNet(swin), anyNet(vit), anyNet(deit), anyNet(convit), anyNet(xcit)];

/** The backbone of that kind. Throws UsageError. */
export const findBackbone = (kind: string): AnyNet => findKind(BACKBONES, kind, 'backbone');
