import { EngineError } from '../../../shared/errors.ts';
import { type CompileOptions, compile, type Executable } from '../onnx/run.ts';
import type { TensorData } from '../onnx/tensor.ts';
import type { Batch } from './batch.ts';
import { batchFeeds, type Feeds, maskFeeds, partsOf, pixelsFeed, scalarFeeds } from './feeds.ts';
import { zerosFor } from './pack.ts';
import { planOf, type TrainingPlan } from './plan.ts';
import { applyGraph, evaluationGraph, gradientGraph, type MaskedGraph, stepGraph } from './step-graph.ts';
import type { StepReport, StepSettings, Trainer, TrainerOptions, TrainerState, WeightsChoice } from './trainer.ts';
import { firstVectors, packState, refuseOtherTensors, unpackState, type Vectors } from './vectors.ts';

/**
 * A trainer whose forward pass, loss, gradients and optimiser are ONNX graphs on one provider; JavaScript only hands
 * what one run gave to the next. A graph is compiled when first needed, one for each size of batch. Throws UsageError
 * for options that make no sense, WeightsError for weights that do not fit the network.
 */
export function createOnnxTrainer(options: TrainerOptions, compileOptions: CompileOptions = {}): Trainer {
  return new OnnxTrainer(planOf(options), options, compileOptions);
}

interface Compiled extends MaskedGraph {
  readonly executable: Executable;
}

const NEXT = 'next.';

class OnnxTrainer implements Trainer {
  readonly #plan: TrainingPlan;
  readonly #options: TrainerOptions;
  readonly #compileOptions: CompileOptions;
  readonly #compiled = new Map<string, Compiled>();
  readonly #noGradients: Vectors;
  #vectors: Vectors;
  #step = 0;
  #released = false;

  constructor(plan: TrainingPlan, options: TrainerOptions, compileOptions: CompileOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#compileOptions = compileOptions;
    this.#noGradients = Object.fromEntries(plan.layout.groups.map((group) => [`sums.${group.name}`, zerosFor(group)]));
    this.#vectors = firstVectors(plan);
  }

  get stepsDone(): number {
    return this.#step;
  }

  async step(batch: Batch, settings: StepSettings): Promise<StepReport> {
    const { microBatch = batch.size, emaDecay } = this.#options;
    const scalars = scalarFeeds(this.#plan, this.#step + 1, settings, emaDecay);
    const found =
      batch.size <= microBatch
        ? await this.#stepAtOnce(batch, settings, scalars)
        : await this.#stepInParts(batch, settings, scalars, microBatch);
    const { loss, gradientNorm, vectors } = found;
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      throw new EngineError(`Step ${this.#step + 1} found a loss of ${loss} and a gradient of norm ${gradientNorm}.`, {
        kept: 'The weights are as they were before the step.',
        remedy: 'Lower the learning rate, or clip the gradients.',
      });
    }
    this.#vectors = vectors;
    this.#step += 1;
    return { loss, gradientNorm };
  }

  async #stepAtOnce(batch: Batch, settings: StepSettings, scalars: Feeds) {
    const part = { start: 0, end: batch.size };
    const step = await this.#get(`step ${batch.size}`, () => stepGraph(this.#plan, batch.size));
    const results = await run(step, {
      ...this.#vectors,
      ...scalars,
      ...batchFeeds(this.#plan, batch, part),
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
      const gradient = await this.#get(`gradient ${size}`, () => gradientGraph(this.#plan, size));
      const results = await run(gradient, {
        ...vectors,
        ...batchFeeds(this.#plan, batch, part),
        ...maskFeeds(gradient.masks, settings.maskSeed, index),
      });
      loss += numberOf(results.loss!);
      vectors = advanced(vectors, results);
    }
    const apply = await this.#get('apply', () => ({ graph: applyGraph(this.#plan), masks: [] }));
    const results = await run(apply, { ...vectors, ...scalars });
    const moved = { ...this.#vectors, ...(vectors.buffers && { buffers: vectors.buffers }) };
    return { loss, gradientNorm: numberOf(results.gradient_norm!), vectors: advanced(moved, results) };
  }

  async evaluate({ pixels, size }: Pick<Batch, 'pixels' | 'size'>, weights: WeightsChoice = 'current') {
    const evaluation = await this.#get('evaluate', () => ({ graph: evaluationGraph(this.#plan), masks: [] }));
    const vectors = weights === 'ema' ? this.#averaged() : this.#vectors;
    const { logits } = await run(evaluation, { ...vectors, pixels: pixelsFeed(this.#plan.config, pixels, size) });
    return { logits: logits!.data as Float32Array };
  }

  /** The averages under the names of what they are averages of. */
  #averaged(): Vectors {
    const { averages, layout } = this.#plan;
    if (!averages) throw new EngineError('This run keeps no averaged weights.');
    const names = layout.groups.map(({ name }) => [`weights.${name}`, `ema.${name}`]);
    if (layout.buffers !== null) names.push(['buffers', 'ema.buffers']);
    return Object.fromEntries(names.map(([name, average]) => [name!, this.#vectors[average!]!]));
  }

  state(): TrainerState {
    return unpackState(this.#plan, this.#vectors, this.#step);
  }

  restore(state: TrainerState): void {
    refuseOtherTensors(this.state(), state);
    this.#vectors = packState(this.#plan, state);
    this.#step = state.step;
  }

  async release(): Promise<void> {
    this.#checkOpen();
    this.#released = true;
    for (const { executable } of this.#compiled.values()) await executable.release();
  }

  async #get(name: string, build: () => MaskedGraph): Promise<Compiled> {
    this.#checkOpen();
    const known = this.#compiled.get(name);
    if (known !== undefined) return known;
    const built = build();
    const compiled = { ...built, executable: await compile(built.graph, this.#compileOptions) };
    this.#compiled.set(name, compiled);
    return compiled;
  }

  #checkOpen(): void {
    if (this.#released) throw new EngineError('The trainer was released before.');
  }
}

/** Runs a graph on those of the feeds that it has inputs for. */
const run = ({ graph, executable }: Compiled, feeds: Feeds): Promise<Feeds> =>
  executable.run(Object.fromEntries(graph.inputs.map(({ name }) => [name, feeds[name]!])));

/** The vectors after a run: an output `next.NAME` takes the place of NAME. */
function advanced(vectors: Vectors, results: Feeds): Vectors {
  const next = Object.entries(results).filter(([name]) => name.startsWith(NEXT));
  return { ...vectors, ...Object.fromEntries(next.map(([name, vector]) => [name.slice(NEXT.length), vector])) };
}

const numberOf = ({ data }: TensorData): number => Number(data[0]);
