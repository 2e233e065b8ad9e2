import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../../src/engine/support/errors';
import { JobQueue } from '../../../../src/runner/client/jobQueue';

function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

describe('JobQueue', () => {
  it('runs one job at a time, in order, whatever becomes of them', async () => {
    const queue = new JobQueue();
    const told: string[] = [];
    const first = gate();
    const jobs = [
      queue.run(async () => {
        told.push('first begins');
        await first.opened;
        told.push('first ends');
        throw new Error('failed');
      }),
      queue.run(() => {
        told.push('second');
        return Promise.resolve(2);
      }),
      queue.run(() => {
        told.push('third');
        return Promise.resolve(3);
      }),
    ];
    await setImmediate();
    expect(told).toEqual(['first begins']);
    first.open();
    const settled = await Promise.allSettled(jobs);
    expect(told).toEqual(['first begins', 'first ends', 'second', 'third']);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });

  it('lets a waiting job leave at once', async () => {
    const queue = new JobQueue();
    const first = gate();
    const running = queue.run(() => first.opened);
    const cancel = new AbortController();
    let ran = false;
    const waiting = queue.run(() => {
      ran = true;
      return Promise.resolve();
    }, cancel.signal);
    const last = queue.run(() => Promise.resolve('last'));
    cancel.abort();
    await expect(waiting).rejects.toThrow(CancelledError);
    first.open();
    await running;
    expect(await last).toBe('last');
    expect(ran).toBe(false);
  });

  it('does not begin a job whose signal is set already', async () => {
    await expect(new JobQueue().run(() => Promise.resolve(1), AbortSignal.abort())).rejects.toThrow(CancelledError);
  });
});
