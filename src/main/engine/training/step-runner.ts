import type { CompileOptions } from '../onnx/run.ts';
import type { TensorData } from '../onnx/tensor.ts';
import { CompiledGraphs } from './compiled-graphs.ts';
import { type Feeds, maskFeeds, partsOf, scalarFeeds } from './feeds.ts';
import type { Objective } from './objective.ts';
import { zerosFor } from './pack.ts';
import type { UpdatePlan } from './plan.ts';
import { applyGraph, evaluationGraph, gradientGraph, stepGraph } from './step-graph.ts';
import {
  refuseNotFinite,
  type StepReport,
  type StepSettings,
  type TrainerOptions,
  type TrainerState,
  type WeightsChoice,
} from './trainer.ts';
import {
  advanced,
  averagedVectors,
  firstVectors,
  packState,
  refuseOtherTensors,
  unpackState,
  type Vectors,
} from './vectors.ts';

export type StepOptions = Pick<TrainerOptions, 'microBatch' | 'emaDecay'>;

/**
 * Runs an objective's steps as ONNX graphs on one provider; JavaScript only hands what one run gave to the next. A
 * graph is compiled when first needed, one for each size of batch.
 */
export class StepRunner<Batch extends { readonly size: number }> {
  readonly #plan: UpdatePlan;
  readonly #objective: Objective<Batch>;
  readonly #options: StepOptions;
  readonly #graphs: CompiledGraphs;
  readonly #noGradients: Vectors;
  #vectors: Vectors;
  #step = 0;

  constructor(plan: UpdatePlan, objective: Objective<Batch>, options: StepOptions, compileOptions: CompileOptions) {
    this.#plan = plan;
    this.#objective = objective;
    this.#options = options;
    this.#graphs = new CompiledGraphs(compileOptions);
    this.#noGradients = Object.fromEntries(plan.layout.groups.map((group) => [`sums.${group.name}`, zerosFor(group)]));
    this.#vectors = firstVectors(plan);
  }

  get stepsDone(): number {
    return this.#step;
  }

  /** One optimiser step. Throws EngineError where loss or gradient are not finite: the state is then as before. */
  async step(batch: Batch, settings: StepSettings): Promise<StepReport> {
    const { microBatch = batch.size, emaDecay } = this.#options;
    const scalars = scalarFeeds(this.#plan, this.#step + 1, settings, emaDecay);
    const found =
      batch.size <= microBatch
        ? await this.#stepAtOnce(batch, settings, scalars)
        : await this.#stepInParts(batch, settings, scalars, microBatch);
    const { loss, gradientNorm, vectors } = found;
    refuseNotFinite(this.#step + 1, { loss, gradientNorm });
    this.#vectors = vectors;
    this.#step += 1;
    return { loss, gradientNorm };
  }

  async #stepAtOnce(batch: Batch, settings: StepSettings, scalars: Feeds) {
    const part = { start: 0, end: batch.size };
    const step = await this.#graphs.get(`step ${batch.size}`, () => stepGraph(this.#plan, this.#objective, batch.size));
    const results = await step.run({
      ...this.#vectors,
      ...scalars,
      ...this.#objective.feeds(batch, part),
      ...maskFeeds(step.masks, settings.maskSeed, 0),
    });
    return {
      loss: numberOf(results.loss!),
      gradientNorm: numberOf(results.gradient_norm!),
      vectors: advanced(this.#vectors, results),
    };
  }

  async #stepInParts(batch: Batch, settings: StepSettings, scalars: Feeds, most: number) {
    let vectors: Vectors = { ...this.#vectors, ...this.#noGradients };
    let loss = 0;
    for (const [index, part] of partsOf(batch.size, most).entries()) {
      const size = part.end - part.start;
      const gradient = await this.#graphs.get(`gradient ${size}`, () =>
        gradientGraph(this.#plan, this.#objective, size),
      );
      const results = await gradient.run({
        ...vectors,
        ...this.#objective.feeds(batch, part),
        ...maskFeeds(gradient.masks, settings.maskSeed, index),
      });
      loss += numberOf(results.loss!);
      vectors = advanced(vectors, results);
    }
    const apply = await this.#graphs.get('apply', () => ({ graph: applyGraph(this.#plan), masks: [] }));
    const results = await apply.run({ ...vectors, ...scalars });
    const moved = { ...this.#vectors, ...(vectors.buffers && { buffers: vectors.buffers }) };
    return { loss, gradientNorm: numberOf(results.gradient_norm!), vectors: advanced(moved, results) };
  }

  /** The outputs of the objective's evaluation, by the current weights unless asked for the averaged ones. */
  async evaluate(feeds: Feeds, weights: WeightsChoice = 'current'): Promise<Feeds> {
    const evaluation = await this.#graphs.get('evaluate', () => ({
      graph: evaluationGraph(this.#plan, this.#objective),
      masks: [],
    }));
    return evaluation.run({
      ...(weights === 'ema' ? averagedVectors(this.#plan, this.#vectors) : this.#vectors),
      ...feeds,
    });
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

const numberOf = ({ data }: TensorData): number => Number(data[0]);
