import type { Graph, Value } from '../onnx/graph.ts';
import type { Init } from './init.ts';

/** One named tensor of a network. Buffers (running statistics) are stored with the weights but never trained. */
export interface ParameterSpec {
  readonly key: string;
  readonly shape: readonly number[];
  readonly kind: 'parameter' | 'buffer';
  readonly init: Init;
}

/** A mask that a training step must be fed: 1 ÷ keep with probability `keep`, else 0, each element on its own. */
export interface MaskSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly keep: number;
}

/** Where a network's tensors come from, and what it leaves behind besides its outputs. */
export interface NetContext {
  readonly graph: Graph;
  /** True: batch statistics, dropout and stochastic depth are in the graph. */
  readonly training: boolean;
  readonly tensorOf: (spec: ParameterSpec) => Value;
  /** Filled while the network is built: every mask that must be fed. */
  readonly masks: MaskSpec[];
  /** Filled while the network is built: the new value of each buffer that a training step changes, by key. */
  readonly updates: Map<string, Value>;
}

/** A place in a network's tree of names: asks for tensors by the last part of their keys. */
export class Scope {
  readonly #context: NetContext;
  readonly #prefix: string;

  constructor(context: NetContext, prefix = '') {
    this.#context = context;
    this.#prefix = prefix;
  }

  get graph(): Graph {
    return this.#context.graph;
  }

  get training(): boolean {
    return this.#context.training;
  }

  /** The scope below: `scope.at('layers.0')` asks for `layers.0.…`. */
  at(name: string | number): Scope {
    return new Scope(this.#context, this.#key(String(name)));
  }

  /** A trainable tensor. */
  parameter(name: string, shape: readonly number[], init: Init): Value {
    return this.#context.tensorOf({ key: this.#key(name), shape, kind: 'parameter', init });
  }

  /** A tensor that is stored but never trained. */
  buffer(name: string, shape: readonly number[], init: Init): Value {
    return this.#context.tensorOf({ key: this.#key(name), shape, kind: 'buffer', init });
  }

  /** Says what a buffer becomes after this training step. */
  update(name: string, value: Value): void {
    this.#context.updates.set(this.#key(name), value);
  }

  /** A random mask as an input of the graph, so that a step is reproducible from a seed. */
  mask(name: string, shape: readonly number[], keep: number): Value {
    const spec = { name: `mask.${this.#key(name)}`, shape, keep };
    this.#context.masks.push(spec);
    return this.graph.input(spec.name, 'float32', shape);
  }

  #key(name: string): string {
    return this.#prefix === '' ? name : `${this.#prefix}.${name}`;
  }
}
