/** @file Constants of the rule for pairs. Made by `npm run bench:pairs` from the models in bench/results/pairs.md; not to be edited by hand. */

/** Weights of the evidence in log-odds, and from which on a pair is a backdoor's. */
export const PAIRS = {
  bias: -9.93,
  relativeL1: 3.84,
  response: 1.57,
  effectOnOthers: 6.13,
  tiedToPlace: 7.58,
  infected: 2.9,
} as const;
