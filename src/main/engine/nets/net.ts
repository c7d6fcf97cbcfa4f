import type { z } from 'zod';
import type { Value } from '../onnx/graph.ts';
import type { Scope } from './scope.ts';

/** What a network computes: a classifier's logits with the embedding before its head, or an image, as `output`. */
export interface NetOutputs {
  readonly output: Value;
  /** N×D features before the head, where the network has a head. */
  readonly embedding?: Value;
  /** The values between its parts in their order, where it has parts that can be run by themselves. */
  readonly stages?: readonly NetStage[];
}

/** A part of a network and what it hands to the next one, or the last one's result. */
export interface NetStage {
  readonly name: string;
  readonly output: Value;
}

/** A kind of network: a config's schema and the code that builds the graph. A new kind is one of these in a file. */
export interface NetDefinition<Config> {
  readonly kind: string;
  readonly config: z.ZodType<Config>;
  /** Channels, height and width of the input. */
  readonly inputShape: (config: Config) => readonly [channels: number, height: number, width: number];
  /** Adds the network to the scope's graph. `input` is N×C×H×W float32. */
  readonly build: (scope: Scope, config: Config, input: Value) => NetOutputs;
}
