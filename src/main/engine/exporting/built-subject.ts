import type { TrainingEpoch } from '../../../shared/contract/trainings.ts';
import { aboutTrained } from '../models/training-card.ts';
import { classifierModel, classifierSpec, type WrittenClassifier } from '../models/write-classifier.ts';
import { classifier } from '../nets/classifier.ts';
import { classifierStages } from '../nets/classifier-graph.ts';
import { instantiate, parametersOf } from '../nets/instantiate.ts';
import { parameterCount } from '../nets/variant-summary.ts';
import { softmax } from '../onnx/ops/softmax.ts';
import { optimise } from '../onnx/passes/optimise.ts';
import { compile } from '../onnx/run.ts';
import { halfOf } from '../weights/half.ts';
import type { ExportSubject, Reference, SubjectOptions } from './subject.ts';

/** A model whose network is known here: its graph is built for the export, operator set and input as they are asked for. */
export function builtSubject(
  given: WrittenClassifier,
  epochs: readonly TrainingEpoch[],
  options: SubjectOptions,
): ExportSubject {
  const { name, half, input = 'uint8', opset, version } = options;
  const written = { ...given, name, licence: options.licence ?? given.licence };
  const { config, tensors } = written;
  const spec = classifierSpec(written, input);
  const weightOf = ({ key }: { readonly key: string }) => tensors.get(key)!;
  return {
    spec,
    ...aboutTrained(spec, epochs),
    weights: half ? new Map([...tensors].map(([key, tensor]) => [key, halfOf(tensor) ?? tensor])) : tensors,
    fixedBatch: null,
    opset,
    parameters: parameterCount(parametersOf(classifier, config)),
    fused: (said) => classifierModel(written, said, { opset, half, version }),
    stages: () =>
      classifierStages(config, { weightOf, opset, half, pixels: input }).map((stage) => ({
        ...stage,
        graph: optimise(stage.graph),
      })),
    reference: () => asTrained(written),
  };
}

/** The network as training runs it: every tensor fed, nothing folded, in the newest operator set. */
async function asTrained(written: WrittenClassifier): Promise<Reference> {
  const { graph, outputs } = instantiate(classifier, written.config, { batch: 'n' });
  graph.output('probabilities', softmax(outputs.output, -1));
  graph.output('logits', outputs.output);
  if (outputs.embedding !== undefined) graph.output('embedding', outputs.embedding);
  const executable = await compile(graph);
  const weights = Object.fromEntries(written.tensors);
  return {
    input: { ...classifierSpec(written, 'float32').input, name: 'input' },
    fixedBatch: null,
    async run(faces) {
      const { probabilities, ...others } = await executable.run({ ...weights, input: faces });
      return { probabilities: probabilities!, ...others };
    },
    release: () => executable.release(),
  };
}
