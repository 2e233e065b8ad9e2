import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RestartBudget } from '../../../../src/runner/client/restartBudget';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('allows crashes again once those before are long enough ago', () => {
  const budget = new RestartBudget({ crashes: 2, within: 300_000 });
  budget.crashed();
  budget.check();
  vi.advanceTimersByTime(100_000);
  budget.crashed();
  expect(() => {
    budget.check();
  }).toThrow(/stopped 2 times .* in 5 minutes/s);
  vi.advanceTimersByTime(199_999);
  expect(() => {
    budget.check();
  }).toThrow();
  vi.advanceTimersByTime(1);
  budget.check();
  vi.advanceTimersByTime(1);
  budget.crashed();
  expect(() => {
    budget.check();
  }).toThrow();
});
