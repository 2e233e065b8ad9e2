import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CancelledError, ModelFormatError } from '../../../src/engine/support/errors';
import { EngineStoppedError } from '../../../src/runner/protocol/engineStopped';
import { built } from '../../support/build';
import { PATIENCE } from '../../support/patience';
import { BAD, LONG, SMALL, firstProgress, posix, start, task, untilKept, useEngine } from './engineUnderTest';

useEngine();

describe('cancelling', () => {
  it('keeps the process and what was done', async () => {
    const { client } = start({ grace: PATIENCE });
    const scan = await task(LONG);
    const cancel = new AbortController();
    const result = client.scan(scan, { signal: cancel.signal }).catch((error: unknown) => error);
    await untilKept(scan.checkpoints);
    const { pid } = client;
    cancel.abort();
    expect(await result).toBeInstanceOf(CancelledError);
    expect(client.pid).toBe(pid);
    expect(await fs.readdir(scan.checkpoints)).toHaveLength(1);
  });

  it.skipIf(!posix)('kills a process that does not answer; what else was asked is asked again', async () => {
    const { client, log } = start({ grace: 300 });
    const cancel = new AbortController();
    const { onProgress, running } = firstProgress();
    const result = client
      .scan(await task(LONG), { onProgress, signal: cancel.signal })
      .catch((error: unknown) => error);
    const next = client.scan(await task({ id: 'next', model: path.join(BAD, 'truncated.onnx') }));
    const failed = expect(next).rejects.toThrow(ModelFormatError);
    await running;
    const pid = client.pid!;
    process.kill(pid, 'SIGSTOP');
    const inspection = client.inspect({ model: SMALL });
    cancel.abort();
    expect(await result).toBeInstanceOf(CancelledError);
    expect(await inspection).toMatchObject({ classes: 5 });
    await failed;
    expect(client.pid).not.toBe(pid);
    expect(log.join('')).not.toMatch(/stopped/);
  });

  it('does not start what is cancelled before it begins', async () => {
    const { client } = start();
    await expect(client.inspect({ model: SMALL }, AbortSignal.abort())).rejects.toThrow(CancelledError);
    expect(client.pid).toBeUndefined();
  });
});

describe('a process that is killed in the middle of a scan', () => {
  it('is one readable error, and the scan goes on to the same result', async () => {
    const { client } = start();
    const scan = await task(LONG);
    const stopped = client.scan(scan).catch((error: unknown) => error);
    await untilKept(scan.checkpoints);
    process.kill(client.pid!, 'SIGKILL');
    const error = await stopped;
    expect(error).toBeInstanceOf(EngineStoppedError);
    expect(String(error)).toMatch(/The engine process .*What was finished is kept; scan again to go on\./);
    const labels: number[] = [];
    const done: number[] = [];
    const resumed = await client.scan(
      { ...scan, resume: true },
      { onLabel: ({ label }) => labels.push(label), onProgress: (progress) => done.push(progress.done) },
    );
    // Suspects come twice.
    expect([...new Set(labels)].sort()).toEqual([0, 1, 2, 3, 4]);
    // The first that is told counts what was done before, at least one whole brief inversion of 80 updates.
    expect(done[0]).toBeGreaterThan(80);
    expect(await fs.readdir(scan.checkpoints)).toEqual([]);
    const whole = await client.scan(await task(LONG));
    const numbers = ({ labels, verdict }: typeof whole) => ({
      verdict,
      labels: labels.map(({ l1PerSeed, anomalyIndex, trigger }) => ({ l1PerSeed, anomalyIndex, trigger })),
    });
    expect(numbers(resumed)).toEqual(numbers(whole));
  });

  it('is started again a few times, then left alone for a while', async () => {
    const { client } = start({ restarts: { crashes: 2, within: 24 * 3600 * 1000 } });
    for (let crash = 0; crash < 2; crash++) {
      const { onProgress, running } = firstProgress();
      const stopped = client.scan(await task(LONG), { onProgress }).catch((error: unknown) => error);
      await running;
      process.kill(client.pid!, 'SIGKILL');
      expect(await stopped).toBeInstanceOf(EngineStoppedError);
    }
    await expect(client.inspect({ model: SMALL })).rejects.toThrow(/stopped 2 times/);
    expect(client.pid).toBeUndefined();
  });

  it('has a sentence of its own for a full memory', async () => {
    const { client, log } = start({ execArgv: ['--max-old-space-size=8', '--max-semi-space-size=1'] });
    await expect(client.scan(await task(LONG))).rejects.toThrow(/ran out of memory/);
    expect(log.join('')).toMatch(/out of memory/);
  });

  it('that cannot even start says so', async () => {
    const { client } = start({ entry: built('nothing.mjs') });
    await expect(client.inspect({ model: SMALL })).rejects.toThrow(/stopped unexpectedly \(exit code 1\)/);
  });
});
