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
  bias: -14.03,
  lnResponse: 1.83,
  lnShare: 3.51,
  beyondOthers: 8.45,
  infected: 2,
};

/** With generated images. */
export const FIRST_LOOK: FittedRule = {
  bias: -8.87,
  lnResponse: 0.92,
  lnShare: 2.32,
  beyondOthers: 7.55,
  infected: 2.3,
};
