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
/** And alone: labels of clean models that are so small have at most 3.0 there; the best ones of infected models have less in two of 27. */
const BESIDE_ALONE = 3.05;
/** Of further labels of a model that has a shortcut, whose other labels have at most 2.8 but for one. */
const FURTHER_ALONE = 2.8;

/** Alone, of labels that go away with one whose trigger is half as large: lookalikes have at most 3.6 or 4.8 and more, labels of the attacker 4.5 and more. */
const EXPLAINED_ALONE = 4;
const EXPLAINED_NORM = 2;

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

/** `further`: in a model that is known to have a shortcut to another label, and so is likelier to have this one. */
export function isShortcut(asked: Asked, further = false): boolean {
  const alone = scoreAlone(asked);
  const enough = further ? FURTHER_ALONE : BESIDE_ALONE;
  return (asked.response >= LEAST_RESPONSE && alone >= ALONE) || (isSmallAndWeak(asked) && alone >= enough);
}

/**
 * Whether a first look with generated images may name a label: only what it says of itself counts there, because networks take most such images for one class, and
 * norms beside that one mean little.
 */
export function isSuspicious(asked: Pick<Asked, 'response' | 'share'>): boolean {
  return scoreAlone(asked) >= ALONE;
}

/** Small for its model and unlearned a little: a backdoor's label, or a weak spot of a clean class, as residual networks have. */
export function isSmallAndWeak(asked: Asked): boolean {
  return scoreBeside(asked) >= BESIDE;
}

/**
 * Whether the backdoor that a label goes away with suffices to explain it: the network is led there through that one's shortcut, which takes a
 * larger trigger, and goes away less by itself. `other`: the share of the image that the backdoor's own trigger covers.
 */
export function isConsequence(asked: Pick<Asked, 'response' | 'share'>, other: number): boolean {
  return asked.share >= EXPLAINED_NORM * other && scoreAlone(asked) < EXPLAINED_ALONE;
}
