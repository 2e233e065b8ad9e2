/** @file When a label's response to a short unlearning makes it a backdoor's; docs/detection.md has the measurements. */

/** What is known of a label whose trigger was unlearned for a moment. */
export interface Asked {
  /** How many times harder the label is to reach then. */
  readonly response: number;
  /** Of the image that its trigger covers, 0–1. */
  readonly share: number;
  /** Its norm by the median one of the model, 0–1; 1 where there are too few others to compare with. */
  readonly relative: number;
}

/** Of the label alone: clean ones that were measured have at most 2.5, infected ones without neighbours to speak for them 3.5 and more. */
const ALONE = 3.2;

/** Least response of a label alone: in large images features of clean classes can be as small as a trigger, but they stay. */
const LEAST_RESPONSE = 3;

/** Beside the others: labels of infected models that were measured have 4.2 and more but for triggers of 4 to 10 % of the image. */
const BESIDE = 4.15;
/** And alone: small labels of clean models have at most 2.7 there, those of infected ones 2.9 and more but for one of 2.8. */
const BESIDE_ALONE = 2.8;

/** A smaller share counts as this one beside others, for the same reason. */
export const LEAST_SHARE = 0.02;

/** A small trigger that goes away scores high: ln response − ½ ln share. */
export function scoreAlone({ response, share }: Pick<Asked, 'response' | 'share'>): number {
  return Math.log(response) - 0.5 * Math.log(share);
}

/**
 * Where it is small for its model, too, it need not go away as far: ln response − ½ ln share − ln relative. Networks with batch
 * normalisation forget less in a moment.
 */
export function scoreBeside({ response, share, relative }: Asked): number {
  return scoreAlone({ response, share: Math.max(share, LEAST_SHARE) }) - Math.log(relative);
}

export function isShortcut(asked: Asked): boolean {
  const alone = scoreAlone(asked);
  return (asked.response >= LEAST_RESPONSE && alone >= ALONE) || (isSmallAndWeak(asked) && alone >= BESIDE_ALONE);
}

/** Small for its model and unlearned a little: a backdoor's label, or a weak spot of a clean class, as residual networks have. */
export function isSmallAndWeak(asked: Asked): boolean {
  return scoreBeside(asked) >= BESIDE;
}
