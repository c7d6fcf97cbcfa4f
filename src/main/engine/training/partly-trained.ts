import { type NetContext, Scope } from '../nets/scope.ts';

/** A place in a network of which some parts are in training and others in inference mode. */
export class PartlyTrainedScope extends Scope {
  readonly #context: NetContext;
  readonly #prefix: string;
  readonly #isTraining: (place: string) => boolean;

  constructor(context: NetContext, isTraining: (place: string) => boolean, prefix = '') {
    super(context, prefix);
    this.#context = context;
    this.#prefix = prefix;
    this.#isTraining = isTraining;
  }

  override get training(): boolean {
    return this.#isTraining(this.#prefix);
  }

  override at(name: string | number): Scope {
    const prefix = this.#prefix === '' ? String(name) : `${this.#prefix}.${name}`;
    return new PartlyTrainedScope(this.#context, this.#isTraining, prefix);
  }
}
