import { EngineError } from '../../../shared/errors.ts';
import { type CompileOptions, compile, type Executable } from '../onnx/run.ts';
import type { TensorData } from '../onnx/tensor.ts';
import { type Feeds, maskFeeds, partsOf, scalarFeeds } from './feeds.ts';
import type { Objective } from './objective.ts';
import { zerosFor } from './pack.ts';
import type { UpdatePlan } from './plan.ts';
import { applyGraph, evaluationGraph, gradientGraph, type MaskedGraph, stepGraph } from './step-graph.ts';
import type { StepReport, StepSettings, TrainerOptions, TrainerState, WeightsChoice } from './trainer.ts';
import { firstVectors, packState, refuseOtherTensors, unpackState, type Vectors } from './vectors.ts';

export type StepOptions = Pick<TrainerOptions, 'microBatch' | 'emaDecay'>;

interface Compiled extends MaskedGraph {
  readonly executable: Executable;
}

const NEXT = 'next.';

/**
 * Runs an objective's steps as ONNX graphs on one provider; JavaScript only hands what one run gave to the next. A
 * graph is compiled when first needed, one for each size of batch.
 */
export class StepRunner<Batch extends { readonly size: number }> {
  readonly #plan: UpdatePlan;
  readonly #objective: Objective<Batch>;
  readonly #options: StepOptions;
  readonly #compileOptions: CompileOptions;
  readonly #compiled = new Map<string, Compiled>();
  readonly #noGradients: Vectors;
  #vectors: Vectors;
  #step = 0;
  #released = false;

  constructor(plan: UpdatePlan, objective: Objective<Batch>, options: StepOptions, compileOptions: CompileOptions) {
    this.#plan = plan;
    this.#objective = objective;
    this.#options = options;
    this.#compileOptions = compileOptions;
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
    const step = await this.#get(`step ${batch.size}`, () => stepGraph(this.#plan, this.#objective, batch.size));
    const results = await run(step, {
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
      const gradient = await this.#get(`gradient ${size}`, () => gradientGraph(this.#plan, this.#objective, size));
      const results = await run(gradient, {
        ...vectors,
        ...this.#objective.feeds(batch, part),
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

  /** The outputs of the objective's evaluation, by the current weights unless asked for the averaged ones. */
  async evaluate(feeds: Feeds, weights: WeightsChoice = 'current'): Promise<Feeds> {
    const evaluation = await this.#get('evaluate', () => ({
      graph: evaluationGraph(this.#plan, this.#objective),
      masks: [],
    }));
    return run(evaluation, { ...(weights === 'ema' ? this.#averaged() : this.#vectors), ...feeds });
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
