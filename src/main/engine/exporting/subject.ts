import type { ModelInput, ModelSpec } from '../../../shared/model-spec.ts';
import type { CardSection } from '../models/card.ts';
import type { StageGraph } from '../nets/classifier-graph.ts';
import type { Graph } from '../onnx/graph.ts';
import type { TensorData } from '../onnx/tensor.ts';
import type { Weights } from '../weights/weights-file.ts';

/** How a model is to be written. */
export interface SubjectOptions {
  readonly name: string;
  readonly half: boolean;
  readonly input: 'uint8' | 'float32' | undefined;
  readonly opset: number;
  readonly licence: string | undefined;
  /** The program's version, for the file's metadata. */
  readonly version: string;
}

/** What a classifier says of a batch, by what it means. */
export interface BatchOutputs {
  readonly probabilities: TensorData;
  readonly logits?: TensorData;
  readonly embedding?: TensorData;
}

/** A classifier that is ready to be asked. */
export interface Reference {
  readonly input: ModelInput;
  /** The only number of faces that it takes at once, or null. */
  readonly fixedBatch: number | null;
  run(faces: TensorData): Promise<BatchOutputs>;
  release(): Promise<void>;
}

/** A trained model that is to be exported: what is written of it, and the model itself to compare with. */
export interface ExportSubject {
  /** As the exported file will be; `network` only where it was built here. */
  readonly spec: ModelSpec;
  readonly summary: string;
  readonly sections: readonly CardSection[];
  /** The tensors as they are stored, some of them half; null for another tool's model. */
  readonly weights: Weights | null;
  readonly fixedBatch: number | null;
  readonly opset: number;
  readonly parameters: number;
  /** The whole of it; the file says of itself what `said` does. */
  fused(said: ModelSpec): Graph;
  /** Its parts in their order. Throws UsageError where they are not known. */
  stages(): readonly StageGraph[];
  /** Loads the model as it was trained. */
  reference(): Promise<Reference>;
}
