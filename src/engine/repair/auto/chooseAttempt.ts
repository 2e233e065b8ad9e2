/** @file Which of several repairs of one model is good enough, and which is better. */
import type { RepairAttempt } from '../../report/repairReport';

/** Most success of a known trigger that is left, 0–1. */
export const ENOUGH = 0.02;
/** How many times larger a trigger learned anew has to be: where it is not, the shortcut is still there. */
export const LEAST_GROWTH = 2;

/** Whether no known trigger works any more, none like it can be learned, and the accuracy is at least `leastAccuracy`. */
export function isEnough({ result }: RepairAttempt, leastAccuracy: number): boolean {
  return (
    result !== undefined &&
    result.cleanAccuracy >= leastAccuracy &&
    result.attackSuccess <= ENOUGH &&
    (result.growth ?? Infinity) >= LEAST_GROWTH
  );
}

/** Whether `a` is better than `b`: first that it is enough, then by accuracy less success; what costs too much comes last. */
export function betterAttempt(a: RepairAttempt, b: RepairAttempt, leastAccuracy: number): boolean {
  const score = (attempt: RepairAttempt): number => {
    const { cleanAccuracy = -Infinity, attackSuccess = 1 } = attempt.result ?? {};
    return (
      cleanAccuracy -
      attackSuccess -
      (cleanAccuracy < leastAccuracy ? 2 : 0) +
      (isEnough(attempt, leastAccuracy) ? 2 : 0)
    );
  };
  return score(a) > score(b);
}
