/** @file When a label is a backdoor's: the log-odds of it, by what the network and its trigger say; docs/detection.md has the measurements. */
import { FIRST_LOOK, type FittedRule, SCAN } from './fitted';

/** What is known of a label whose trigger was unlearned for a moment. */
export interface Asked {
  /** How many times harder the label is to reach then. */
  readonly response: number;
  /** Of the image that its trigger covers, 0–1. */
  readonly share: number;
  /** How much more of its effect the trigger loses when it is moved than those of other labels, 0 to 1; see beyondOthers.ts. */
  readonly beyondOthers: number;
}

/** A smaller share counts as this one: in large images features of clean classes can be as small as a trigger. */
export const LEAST_SHARE = 0.02;

/** Names of what {@link evidenceOf} gives. */
export const EVIDENCE = ['ln response', '−ln share of the image', 'loss when moved beyond others'] as const;

/**
 * The rule's three figures, each the larger, the more it speaks for a backdoor. A response below 1 counts as 1, a share below {@link LEAST_SHARE} as that. A trigger that loses less than
 * others when it is moved counts as they do: an attacker may have put his everywhere, so that its place says nothing for him, and nothing against him.
 */
export function evidenceOf({ response, share, beyondOthers }: Asked): number[] {
  return [Math.log(Math.max(1, response)), -Math.log(Math.max(LEAST_SHARE, share)), beyondOthers];
}

/** Of being a backdoor's label rather than a clean model's, by a population of both; NaN where the network was not asked. */
export function logOdds(asked: Asked, rule: FittedRule = SCAN): number {
  const [response = NaN, share = NaN, beyond = NaN] = evidenceOf(asked);
  return rule.bias + rule.lnResponse * response + rule.lnShare * share + rule.beyondOthers * beyond;
}

/** No label of the clean models that were measured has log-odds as high, judged by weights that were fitted without its kind of network. */
export function isShortcut(asked: Asked): boolean {
  return logOdds(asked) >= SCAN.infected;
}

/** Rather a backdoor's label than not, but clean ones were measured there. */
export function isDoubtful(asked: Asked): boolean {
  return logOdds(asked) >= 0;
}

/** Whether a first look with generated images may name a label; they lead to other triggers than real ones, so that other weights hold. */
export function isSuspicious(asked: Asked): boolean {
  return logOdds(asked, FIRST_LOOK) >= FIRST_LOOK.infected;
}

/** Log-odds from which on a label that goes away with another is a backdoor's nevertheless. */
const EXPLAINED = 4;
/** A consequence takes a trigger so many times as large. */
const EXPLAINED_NORM = 3;

/**
 * Whether the backdoor that a label goes away with suffices to explain it: the network is led there through that one's shortcut. `other`: the share
 * of the image that the backdoor's own trigger covers.
 */
export function isConsequence(asked: Asked, other: number): boolean {
  return asked.share >= EXPLAINED_NORM * other && logOdds(asked) < EXPLAINED;
}
