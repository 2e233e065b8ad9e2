/** @file What a command gets from the process, so that tests can give it something else. */
import type { Terminal } from './terminal';

export interface CommandContext {
  readonly terminal: Terminal;
  /** Set by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Seconds since some fixed point. */
  readonly now: () => number;
  /** To be called once by the command, with its exit code. */
  finish(exitCode: number): void;
}
