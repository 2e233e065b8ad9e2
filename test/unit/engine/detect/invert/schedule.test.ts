import { describe, expect, it } from 'vitest';
import { Schedule } from '../../../../../src/engine/detect/invert/schedule';

const options = {
  roundUpdates: 5,
  successThreshold: 0.99,
  initialLambda: 1e-3,
  patience: 2,
  multiplier: 2,
  earlyStopRounds: 3,
};

describe('Schedule', () => {
  it('starts λ at 1e-3 once the trigger works, then doubles it', () => {
    const schedule = new Schedule(options);
    const lambdas = Array.from({ length: 6 }, (_, i) => {
      schedule.endRound(100 - i, 1);
      return schedule.lambda;
    });
    expect(lambdas).toEqual([0, 1e-3, 1e-3, 2e-3, 2e-3, 4e-3]);
  });

  it('divides λ by 2^1.5 after too many misses', () => {
    const schedule = new Schedule(options);
    schedule.endRound(100, 1);
    schedule.endRound(100, 1);
    schedule.endRound(90, 0.5);
    schedule.endRound(80, 0.5);
    expect(schedule.lambda).toBeCloseTo(1e-3 / 2 ** 1.5, 12);
  });

  it('keeps the smallest norm among rounds that worked, and infinity when none did', () => {
    const schedule = new Schedule(options);
    schedule.endRound(50, 0.98);
    expect(schedule.bestL1).toBe(Infinity);
    expect(schedule.endRound(60, 0.99)).toBe('improved');
    expect(schedule.endRound(40, 0.5)).toBe('unchanged');
    expect(schedule.bestL1).toBe(60);
  });

  it('stops only after λ has moved both ways', () => {
    const schedule = new Schedule(options);
    const outcomes: string[] = [];
    for (let round = 0; round < 8; round++) outcomes.push(schedule.endRound(100, 1));
    expect(outcomes).not.toContain('finished');
    outcomes.push(schedule.endRound(100, 0), schedule.endRound(100, 0));
    expect(outcomes.at(-1)).toBe('finished');
  });
});
