/** Every code a screen or the command line may have to explain. */
export const ERROR_CODES = [
  'USAGE',
  'NOT_FOUND',
  'CONFLICT',
  'LIBRARY',
  'IMPORT',
  'MODEL',
  'GRAPH',
  'WEIGHTS',
  'CLASS_MAPPING',
  'PROVIDER',
  'ENGINE',
  'CANCELLED',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** What a screen needs to explain an error: where it happened, what was kept, what to do next. */
export interface ErrorDetail {
  readonly file?: string;
  readonly line?: number;
  readonly field?: string;
  readonly names?: readonly string[];
  readonly kept?: string;
  readonly remedy?: string;
  /** What is too much for the message, as rows of cells under a row of titles. */
  readonly table?: readonly (readonly string[])[];
}

/** The base of every error this project throws on purpose; its message is one sentence a person can act on. */
export class CountenanceError extends Error {
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.detail = detail;
  }
}

/** The caller asked for something that makes no sense: a wrong flag, an unknown name, an impossible range. */
export class UsageError extends CountenanceError {
  constructor(message: string, detail?: ErrorDetail) {
    super('USAGE', message, detail);
  }
}

/** A dataset, sample, model, run or job that is not in the library, or a file that is not on disk. */
export class NotFoundError extends CountenanceError {
  constructor(message: string, detail?: ErrorDetail) {
    super('NOT_FOUND', message, detail);
  }
}

/** The request is valid but the library's present state forbids it: a taken name, a model in use. */
export class ConflictError extends CountenanceError {
  constructor(message: string, detail?: ErrorDetail) {
    super('CONFLICT', message, detail);
  }
}

/** The library file cannot be opened or trusted: newer version, failed integrity check, locked, full disk. */
export class LibraryError extends CountenanceError {
  constructor(message: string, detail?: ErrorDetail, cause?: unknown) {
    super('LIBRARY', message, detail, cause);
  }
}

/** An import source that cannot be read at all; single bad rows are counted in the report instead. */
export class ImportError extends CountenanceError {
  constructor(message: string, detail?: ErrorDetail, cause?: unknown) {
    super('IMPORT', message, detail, cause);
  }
}

/** A model file or manifest that cannot be used as an image classifier. */
export class ModelError extends CountenanceError {
  constructor(message: string, detail?: ErrorDetail, cause?: unknown) {
    super('MODEL', message, detail, cause);
  }
}

/** A network that cannot be built, read or differentiated; the message names the op, its operands and their shapes. */
export class GraphError extends CountenanceError {
  constructor(message: string, detail?: ErrorDetail, cause?: unknown) {
    super('GRAPH', message, detail, cause);
  }
}

/** Weights that cannot be read, or do not fit a network; `detail.names` holds the keys. */
export class WeightsError extends CountenanceError {
  constructor(message: string, detail?: ErrorDetail, cause?: unknown) {
    super('WEIGHTS', message, detail, cause);
  }
}

/** Two lists of class names that cannot be mapped onto each other; `detail.names` holds the unmapped ones. */
export class ClassMappingError extends CountenanceError {
  constructor(message: string, detail?: ErrorDetail) {
    super('CLASS_MAPPING', message, detail);
  }
}

/** An execution provider that is absent, or whose numbers differ from the CPU's. */
export class ProviderError extends CountenanceError {
  constructor(message: string, detail?: ErrorDetail, cause?: unknown) {
    super('PROVIDER', message, detail, cause);
  }
}

/** The engine process failed or died; what it had committed is kept. */
export class EngineError extends CountenanceError {
  constructor(message: string, detail?: ErrorDetail, cause?: unknown) {
    super('ENGINE', message, detail, cause);
  }
}

/** Work stopped because a person asked for it. */
export class CancelledError extends CountenanceError {
  constructor(message = 'Cancelled.', detail?: ErrorDetail) {
    super('CANCELLED', message, detail);
  }
}

/** The plain form of an error that is stored with a job or sent over a wire. */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly detail: ErrorDetail;
}

/** Turns anything thrown into its plain form; what is not ours becomes INTERNAL with its own message. */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (error instanceof CountenanceError) {
    return { code: error.code, message: error.message, detail: error.detail };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'INTERNAL', message, detail: {} };
}

/** Rebuilds a throwable error from its plain form, keeping code and detail. */
export function fromErrorRecord(record: ErrorRecord): CountenanceError {
  return new CountenanceError(record.code, record.message, record.detail);
}
