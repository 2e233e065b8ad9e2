/** @file What the process's exit code says; a stable contract, listed in docs/cli.md. */
import {
  CancelledError,
  ModelFormatError,
  SamplesError,
  UnsupportedModelError,
  UsageError,
} from '../engine/support/errors';
import type { Verdict } from '../engine/report/scanReport';

export const EXIT = {
  clean: 0,
  infected: 1,
  error: 2,
  notScanned: 3,
  usage: 4,
  inconclusive: 5,
  /** 128 + SIGINT, as shells have it. */
  cancelled: 130,
} as const;

export function exitCodeOfVerdict(verdict: Verdict): number {
  return EXIT[verdict];
}

export function exitCodeOfError(error: unknown): number {
  if (error instanceof CancelledError) return EXIT.cancelled;
  if (error instanceof ModelFormatError || error instanceof UnsupportedModelError) return EXIT.notScanned;
  if (error instanceof SamplesError || error instanceof UsageError) return EXIT.usage;
  return EXIT.error;
}

/** From the worst on: what is known to be bad, what nobody could look at, what is open, what is good. */
const WORST_FIRST: readonly number[] = [EXIT.infected, EXIT.error, EXIT.notScanned, EXIT.usage, EXIT.inconclusive];

/** The code of several models together. */
export function worstExitCode(codes: readonly number[]): number {
  return WORST_FIRST.find((code) => codes.includes(code)) ?? EXIT.clean;
}
