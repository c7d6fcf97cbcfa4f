import { EngineError } from '../../../shared/errors.ts';
import { type CompileOptions, compile, type Executable } from '../onnx/run.ts';
import type { Feeds } from './feeds.ts';
import type { MaskedGraph } from './step-graph.ts';

export interface CompiledGraph extends MaskedGraph {
  /** Runs the graph on those of the feeds that it has inputs for. */
  run(feeds: Feeds): Promise<Feeds>;
}

/** A trainer's graphs on one provider, each compiled when it is first needed and kept until the release. */
export class CompiledGraphs {
  readonly #options: CompileOptions;
  readonly #compiled = new Map<string, CompiledGraph>();
  readonly #executables: Executable[] = [];
  #released = false;

  constructor(options: CompileOptions) {
    this.#options = options;
  }

  /** The graph of that name, built if it is not known. Throws EngineError after the release. */
  async get(name: string, build: () => MaskedGraph): Promise<CompiledGraph> {
    this.checkOpen();
    const known = this.#compiled.get(name);
    if (known !== undefined) return known;
    const { graph, masks } = build();
    const executable = await compile(graph, this.#options);
    this.#executables.push(executable);
    const compiled: CompiledGraph = {
      graph,
      masks,
      run: (feeds) => executable.run(Object.fromEntries(graph.inputs.map((input) => [input.name, feeds[input.name]!]))),
    };
    this.#compiled.set(name, compiled);
    return compiled;
  }

  /** Throws EngineError if it was released before. */
  async release(): Promise<void> {
    this.checkOpen();
    this.#released = true;
    for (const executable of this.#executables) await executable.release();
  }

  checkOpen(): void {
    if (this.#released) throw new EngineError('The trainer was released before.');
  }
}
