import { backboneSide } from '../../nets/classifier.ts';
import type { Graph } from '../../onnx/graph.ts';
import type { CompileOptions } from '../../onnx/run.ts';
import type { TensorData } from '../../onnx/tensor.ts';
import type { Weights } from '../../weights/weights-file.ts';
import type { Batch } from '../batch.ts';
import { classifierObjective } from '../classifier-objective.ts';
import { CompiledGraphs } from '../compiled-graphs.ts';
import { type BatchPart, batchFeeds, type Feeds, maskFeeds, partsOf, pixelsFeed, scalarFeeds } from '../feeds.ts';
import { packTensors, zerosFor } from '../pack.ts';
import type { TrainingPlan } from '../plan.ts';
import { applyGraph, evaluationGraph } from '../step-graph.ts';
import type { StepOptions } from '../step-runner.ts';
import {
  refuseNotFinite,
  type StepReport,
  type StepSettings,
  type TrainerState,
  type WeightsChoice,
} from '../trainer.ts';
import {
  advanced,
  averagedVectors,
  firstVectors,
  packState,
  refuseOtherTensors,
  unpackState,
  type Vectors,
} from '../vectors.ts';
import { headGradients, type PartOptions, resizeFaces, runInTensorflow } from './differentiate.ts';
import type { Tensorflow } from './load.ts';
import { backboneGraph, featuresGraph, lossGraph, preparingGraph } from './stages.ts';

/** What a part of a batch adds to a step. */
interface PartResult {
  readonly loss: number;
  readonly gradients: Weights;
  /** Running statistics that training moved. */
  readonly updates: Weights;
}

/**
 * Runs steps in which TensorFlow.js has the resizer and the head, their gradients and the optimiser, and ONNX Runtime
 * the frozen rest. Whole faces are evaluated by ONNX Runtime alone.
 */
export class TensorflowRunner {
  readonly #tf: Tensorflow;
  readonly #plan: TrainingPlan;
  readonly #options: StepOptions;
  readonly #graphs: CompiledGraphs;
  readonly #lossGraphs = new Map<number, Graph>();
  readonly #update: Graph;
  #vectors: Vectors;
  #step = 0;

  constructor(tf: Tensorflow, plan: TrainingPlan, options: StepOptions, compileOptions: CompileOptions) {
    this.#tf = tf;
    this.#plan = plan;
    this.#options = options;
    this.#graphs = new CompiledGraphs(compileOptions);
    this.#update = applyGraph(plan);
    this.#vectors = firstVectors(plan);
  }

  get stepsDone(): number {
    return this.#step;
  }

  /** One optimiser step. Throws EngineError where loss or gradient are not finite: the state is then as before. */
  async step(batch: Batch, settings: StepSettings): Promise<StepReport> {
    this.#graphs.checkOpen();
    const { microBatch = batch.size, emaDecay } = this.#options;
    const { layout } = this.#plan;
    const scalars = scalarFeeds(this.#plan, this.#step + 1, settings, emaDecay);
    const sums = Object.fromEntries(layout.groups.map((group) => [`sums.${group.name}`, zerosFor(group)]));
    let vectors = this.#vectors;
    let loss = 0;
    for (const [index, part] of partsOf(batch.size, microBatch).entries()) {
      const found = await this.#runPart(batch, part, vectors, { ...settings, index });
      loss += found.loss;
      for (const group of layout.groups) addTo(sums[`sums.${group.name}`]!, packTensors(group, found.gradients));
      if (layout.buffers !== null) vectors = { ...vectors, buffers: packTensors(layout.buffers, found.updates) };
    }
    const results = runInTensorflow(this.#tf, this.#update, { ...vectors, ...sums, ...scalars });
    const report = { loss, gradientNorm: Number(results.gradient_norm!.data[0]) };
    refuseNotFinite(this.#step + 1, report);
    this.#vectors = advanced(vectors, results);
    this.#step += 1;
    return report;
  }

  #runPart(batch: Batch, part: BatchPart, vectors: Vectors, place: { maskSeed: number; index: number }) {
    const feeds: Feeds = { ...batchFeeds(this.#plan, batch, part), ...vectors };
    const trainsResizer = this.#plan.layout.groups.some(({ learningRate }) => learningRate === 'resizer');
    return trainsResizer ? this.#throughResizer(feeds, part, place) : this.#headAlone(feeds, part, place);
  }

  async #throughResizer(
    given: Feeds,
    { start, end }: BatchPart,
    { maskSeed, index }: { maskSeed: number; index: number },
  ): Promise<PartResult> {
    const size = end - start;
    const side = backboneSide(this.#plan.config);
    const preparing = await this.#graphs.get('prepare', () => ({ graph: preparingGraph(this.#plan), masks: [] }));
    const backbone = await this.#graphs.get(`backbone ${size}`, () => backboneGraph(this.#plan, size));
    const feeds = { ...given, ...maskFeeds(backbone.masks, maskSeed, index) };
    const { face } = await preparing.run(feeds);
    const resizer = this.#part(given, (key) => key.startsWith('resizer.'));
    const resized = resizeFaces(resizer, face!, side);
    try {
      const { features, image_gradient } = await backbone.run({ ...feeds, image: resized.image });
      const head = this.#headGradients(feeds, features!, size);
      return {
        loss: head.loss,
        gradients: new Map([...resized.gradients(image_gradient!), ...head.gradients]),
        updates: new Map([...resized.updates, ...head.updates]),
      };
    } finally {
      resized.end();
    }
  }

  async #headAlone(
    given: Feeds,
    { start, end }: BatchPart,
    { maskSeed, index }: { maskSeed: number; index: number },
  ): Promise<PartResult> {
    const size = end - start;
    const before = await this.#graphs.get(`features ${size}`, () => featuresGraph(this.#plan, size));
    const feeds = { ...given, ...maskFeeds(before.masks, maskSeed, index) };
    const { features } = await before.run(feeds);
    return this.#headGradients(feeds, features!, size);
  }

  #headGradients(feeds: Feeds, features: TensorData, size: number): PartResult {
    const graph = this.#lossGraphs.get(size) ?? lossGraph(this.#plan, size);
    this.#lossGraphs.set(size, graph);
    return headGradients(
      this.#part(feeds, (key) => HEAD.test(key)),
      graph,
      features,
      feeds,
    );
  }

  /** A part of the network with the tensors that the vectors hold. */
  #part(vectors: Vectors, selects: (key: string) => boolean): PartOptions {
    const { layout, weights } = this.#plan;
    const { weights: trained, buffers } = unpackState(this.#plan, vectors, this.#step);
    return {
      tf: this.#tf,
      tensors: new Map([...weights, ...trained, ...buffers].filter(([key]) => selects(key))),
      trained: [...trained.keys()].filter(selects),
      isTraining: layout.isTraining,
    };
  }

  /** N×C logits in inference mode. */
  async evaluate({ pixels, size }: Pick<Batch, 'pixels' | 'size'>, weights: WeightsChoice = 'current') {
    const evaluation = await this.#graphs.get('evaluate', () => ({
      graph: evaluationGraph(this.#plan, classifierObjective(this.#plan)),
      masks: [],
    }));
    const vectors = weights === 'ema' ? averagedVectors(this.#plan, this.#vectors) : this.#vectors;
    const { logits } = await evaluation.run({ ...vectors, pixels: pixelsFeed(this.#plan.config, pixels, size) });
    return { logits: logits!.data as Float32Array };
  }

  state(): TrainerState {
    return unpackState(this.#plan, this.#vectors, this.#step);
  }

  restore(state: TrainerState): void {
    refuseOtherTensors(this.state(), state);
    this.#vectors = packState(this.#plan, state);
    this.#step = state.step;
  }

  release(): Promise<void> {
    return this.#graphs.release();
  }
}

/** The head's tensors: the paper's head's, or the backbone's own. */
const HEAD = /^(head|backbone\.head|backbone\.head_dist)\./;

function addTo(sum: TensorData, more: TensorData): void {
  const [into, from] = [sum.data as Float32Array, more.data as Float32Array];
  for (let index = 0; index < into.length; index += 1) into[index]! += from[index]!;
}
