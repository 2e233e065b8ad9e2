import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineStoppedError, engineStopped } from '../../../../src/runner/protocol/engineStopped';
import { RestartBudget } from '../../../../src/runner/client/restartBudget';

const HEAP = '#\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n';

describe('what is said of a process that stopped', () => {
  it.each([
    ['a full heap', { exitCode: null, signal: 'SIGABRT' as const, stderr: HEAP }, /ran out of memory\. What was/],
    ['a full heap, by exit code', { exitCode: 134, signal: null, stderr: HEAP }, /ran out of memory/],
    ['a kill', { exitCode: null, signal: 'SIGKILL' as const, stderr: '' }, /signal SIGKILL.*memory runs short/],
    ['a crash', { exitCode: null, signal: 'SIGSEGV' as const, stderr: '' }, /unexpectedly \(signal SIGSEGV\)/],
    ['an exit', { exitCode: 1, signal: null, stderr: '' }, /unexpectedly \(exit code 1\).*scan again to go on\.$/],
  ])('%s', (_name, end, message) => {
    expect(engineStopped(end)).toBeInstanceOf(EngineStoppedError);
    expect(engineStopped(end).message).toMatch(message);
  });
});

describe('RestartBudget', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is used up by crashes and comes back with time', () => {
    const budget = new RestartBudget({ crashes: 2, within: 60_000 });
    budget.crashed();
    vi.advanceTimersByTime(30_000);
    budget.check();
    budget.crashed();
    expect(() => {
      budget.check();
    }).toThrow(/stopped 2 times.*Try again in 1 minutes/);
    vi.advanceTimersByTime(31_000);
    budget.check();
  });
});
