import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Throttle } from '../../../../src/host/panels/throttle';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('makes one run of many requests, and never loses the last', () => {
  const run = vi.fn();
  const throttle = new Throttle(run, () => 200);
  for (let i = 0; i < 10; i++) {
    throttle.request();
    vi.advanceTimersByTime(50);
  }
  expect(run).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(200);
  expect(run).toHaveBeenCalledTimes(3);
});

it('is silent after its end', () => {
  const run = vi.fn();
  const throttle = new Throttle(run, () => 200);
  throttle.request();
  throttle.dispose();
  vi.advanceTimersByTime(1000);
  expect(run).not.toHaveBeenCalled();
});
