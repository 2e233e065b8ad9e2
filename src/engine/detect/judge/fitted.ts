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
  bias: -13.54,
  lnResponse: 2.1,
  lnShare: 3.21,
  beyondOthers: 9.26,
  infected: 1.5,
};

/** With generated images. */
export const FIRST_LOOK: FittedRule = {
  bias: -8.5,
  lnResponse: 0.99,
  lnShare: 2.15,
  beyondOthers: 7.07,
  infected: 2.1,
};
