import type { Command as Parser } from 'commander';
import type { Backend, Client } from '../../api/backend.ts';
import type { Host } from '../../api/context.ts';

/** What a command came to: one document for `--json`, the same in words for people. */
export interface Outcome {
  readonly document: unknown;
  readonly text: string;
  /** The command did its work and the answer is bad news: exit code 1. */
  readonly failed?: boolean;
  /** Work that goes on after the outcome is printed, as a server does. */
  readonly until?: Promise<unknown>;
}

/** What a command has to hand while it runs. */
export interface Session {
  readonly backend: Backend;
  readonly client: Client;
  /** Aborts at Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** Says something on stderr, beside the outcome. */
  say(text: string): void;
  /** Shows passing progress on stderr; an empty text clears it. */
  progress(text: string): void;
}

export interface RunOptions {
  /** Another library than the one of `--library`, as the demo needs. */
  readonly libraryFile?: string;
  readonly host?: Host;
}

export type Run = (work: (session: Session) => Promise<Outcome>, options?: RunOptions) => Promise<void>;

/** One word of the command line: it tells the parser what it takes and runs its work in a session. */
export interface Command {
  readonly name: string;
  define(program: Parser, run: Run): void;
}
