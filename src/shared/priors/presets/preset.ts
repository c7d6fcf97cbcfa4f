import type { Prior } from '../prior.ts';

/** A prior that follows from the classes alone. */
export interface PriorPreset {
  readonly name: string;
  readonly label: string;
  /** One line: what it is and what it does to the loss. */
  readonly describe: string;
  /** Whether `share` means anything to it. */
  readonly takesShare: boolean;
  /** Throws ClassMappingError for classes that it is not over. */
  readonly make: (classes: readonly string[], share: number) => Prior;
}
