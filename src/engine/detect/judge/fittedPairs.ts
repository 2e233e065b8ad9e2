/** @file Constants of the rule for pairs. Made by `npm run bench:pairs` from the models in bench/results/pairs.md; not to be edited by hand. */

/** Weights of the evidence in log-odds, and from which on a pair is a backdoor's. */
export const PAIRS = {
  bias: -9.12,
  relativeL1: 3.84,
  response: 1.63,
  effectOnOthers: 4.98,
  tiedToPlace: 7.72,
  infected: 3,
} as const;
