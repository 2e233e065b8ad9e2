/** @file When a label's response to a short unlearning makes it a backdoor's; docs/detection.md has the measurements. */

/**
 * Clean labels that were measured have at most 2.5, infected ones 2.7 to 4.5. It is set apart from the clean ones, not in the middle:
 * the outlier test finds most of those between, and nobody is to be accused on this alone without need.
 */
export const SHORTCUT_SCORE = 3.2;

/** Least response: in large images features of clean classes can be as small as a trigger, but they stay. */
const LEAST_RESPONSE = 3;

/** ln response − ½ ln share; `share` 0–1 of the image is what the trigger covers. A small trigger that goes away scores high. */
export function shortcutScore(response: number, share: number): number {
  return Math.log(response) - 0.5 * Math.log(share);
}

/** False also where nothing was asked. */
export function isShortcut(response: number | undefined, share: number): boolean {
  return response !== undefined && response >= LEAST_RESPONSE && shortcutScore(response, share) >= SHORTCUT_SCORE;
}
