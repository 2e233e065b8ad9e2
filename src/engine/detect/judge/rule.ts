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

/** Clean labels that were measured have at most 2.8, infected ones 3.4 and more but for triggers of a tenth of the image. */
export const SHORTCUT_SCORE = 3.2;

/** Least response: in large images features of clean classes can be as small as a trigger, but they stay. */
const LEAST_RESPONSE = 3;

/** Networks with batch normalisation forget less in a moment: so little is enough where the norm is a third of the median. */
const LEAST_RESPONSE_OF_SMALL = 2.2;
const SMALL = 0.35;

/** A small trigger, small for this model too, that goes away scores high: ln response − ½ ln share − ½ ln relative. */
export function shortcutScore({ response, share, relative }: Asked): number {
  return Math.log(response) - 0.5 * Math.log(share) - 0.5 * Math.log(relative);
}

export function isShortcut(asked: Asked): boolean {
  const least = asked.relative <= SMALL ? LEAST_RESPONSE_OF_SMALL : LEAST_RESPONSE;
  return asked.response >= least && shortcutScore(asked) >= SHORTCUT_SCORE;
}
