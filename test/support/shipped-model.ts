import { resolve } from 'node:path';

/** The classifier that the project ships; also the reference model where ../shared is absent. */
export const SHIPPED_MODEL = resolve(import.meta.dirname, '../../models/nr-swin-micro/nr-swin-micro.onnx');
