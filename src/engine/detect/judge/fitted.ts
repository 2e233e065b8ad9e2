/** @file Constants of the rule. Made by `npm run bench:population` from the models in bench/results/population.md; not to be edited by hand. */

/** Weights of the evidence in log-odds, and from which on a label is a backdoor's. */
export interface FittedRule {
  readonly bias: number;
  readonly lnResponse: number;
  readonly lnShare: number;
  readonly beyondOthers: number;
  readonly infected: number;
}

/** With images of the model's classes. */
export const SCAN: FittedRule = {
  bias: -14.07,
  lnResponse: 1.79,
  lnShare: 3.49,
  beyondOthers: 8.88,
  infected: 1.7,
};

/** With generated images. */
export const FIRST_LOOK: FittedRule = {
  bias: -8.62,
  lnResponse: 0.98,
  lnShare: 2.23,
  beyondOthers: 7.11,
  infected: 2.1,
};
