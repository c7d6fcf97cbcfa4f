import { resolve } from 'node:path';

/** A classifier that PyTorch's exporter wrote, with its manifest beside it; the reference model where ../shared is absent. */
export const PYTORCH_MODEL = resolve(import.meta.dirname, '../fixtures/pytorch/nr-swin-micro/nr-swin-micro.onnx');
