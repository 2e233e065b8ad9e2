/** @file What a suite writes while it runs inside the editor, one JSON object a line, and hostSuite.ts reads. */

export type SuiteEvent =
  | { readonly kind: 'pass'; readonly title: string; readonly milliseconds: number }
  | { readonly kind: 'fail'; readonly title: string; readonly error: string }
  /** Something measured, see bench/lib/figures.ts. */
  | { readonly kind: 'figure'; readonly figure: unknown }
  | { readonly kind: 'end' };

/** Environment variables that tell the suite where it is. */
export const VARIABLES = {
  /** Root of this project. */
  project: 'NEURAL_CLEANSE_PROJECT',
  /** The file of events. */
  results: 'NEURAL_CLEANSE_RESULTS',
} as const;
