import { describe, expect, it } from 'vitest';
import { attemptNotes } from '../../../../../src/engine/repair/auto/attemptNotes';
import { betterAttempt, isEnough } from '../../../../../src/engine/repair/auto/chooseAttempt';
import type { RepairAttempt } from '../../../../../src/engine/report/repairReport';

function attempt(cleanAccuracy: number, attackSuccess: number, growth?: number): RepairAttempt {
  return { method: 'prune', result: { cleanAccuracy, attackSuccess, ...(growth !== undefined && { growth }) } };
}

describe('a repair', () => {
  it('is enough where the trigger is dead, none like it can be learned, and the accuracy holds', () => {
    expect(isEnough(attempt(0.98, 0.02, 2), 0.98)).toBe(true);
    expect(isEnough(attempt(0.98, 0.02), 0.98)).toBe(true);
    expect(isEnough(attempt(0.97, 0.02, 2), 0.98)).toBe(false);
    expect(isEnough(attempt(0.98, 0.03, 2), 0.98)).toBe(false);
    expect(isEnough(attempt(0.98, 0.02, 1.9), 0.98)).toBe(false);
    expect(isEnough({ method: 'prune' }, 0)).toBe(false);
  });

  it('is better where it is enough, then by accuracy less success; what costs too much comes last', () => {
    expect(betterAttempt(attempt(0.98, 0.01, 3), attempt(0.99, 0, 1), 0.98)).toBe(true);
    expect(betterAttempt(attempt(0.98, 0.1), attempt(0.98, 0.2), 0.98)).toBe(true);
    expect(betterAttempt(attempt(0.5, 0), attempt(0.98, 0.9), 0.98)).toBe(false);
    expect(betterAttempt(attempt(0.98, 0.1), { method: 'unlearn' }, 0.98)).toBe(true);
  });
});

describe('what is said of it', () => {
  const unlearned: RepairAttempt = { method: 'unlearn', result: { cleanAccuracy: 0.98, attackSuccess: 0, growth: 5 } };

  it('names what was tried before, and what that lacked', () => {
    const round = { labels: [7], method: 'unlearn', attempts: [attempt(0.98, 0.01, 1.2), unlearned] } as const;
    expect(attemptNotes(round, 0.97)).toEqual([
      "Pruning the neurons would have left 1.0 % of the trigger's success, at an accuracy of 98.0 %. A trigger only 1.2 times larger could have been learned anew.",
      'Unlearning the trigger was chosen: of the methods in the order of their cost, it is the first that is good enough.',
    ]);
  });

  it('says plainly that none is good enough, and which cannot be used', () => {
    const round = { labels: [7], method: 'unlearn', attempts: [{ method: 'prune' }, unlearned] } as const;
    expect(attemptNotes(round, 0.99)).toEqual([
      'Pruning the neurons cannot be used on this model.',
      'Unlearning the trigger came closest; no method was good enough.',
    ]);
  });

  it('says why a method was used where no trigger is known, and nothing where the user chose', () => {
    const round = { labels: [], method: 'i-bau', attempts: [] } as const;
    expect(attemptNotes(round, 0)).toEqual(['Adversarial unlearning (I-BAU) was used, because it needs no trigger.']);
    expect(attemptNotes({ labels: [7] }, 0)).toEqual([]);
  });
});
