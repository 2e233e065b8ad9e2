/**
 * @file Scans a model of 0.9 GB with the bundled samples until its first updates: time, memory, and how soon it can be stopped.
 * Usage: npm run build && npx tsx bench/largeModel.ts; Linux tells the memory.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { EngineClient } from '../src/runner/client/client';
import { writeLargeModel } from '../test/support/largeModel';

const GB = 2 ** 30;

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'neural-cleanse-large-'));
  const model = path.join(folder, 'large.onnx');
  const client = new EngineClient({ entry: path.resolve('dist', 'engine.mjs'), log: () => undefined });
  try {
    const size = writeLargeModel(model);
    const abort = new AbortController();
    const start = performance.now();
    let stopped = 0;
    const task = { model, data: path.resolve('media', 'sample', 'images'), settings: {}, runtime: { threads: 0 } };
    await client
      .scan(
        { ...task, id: randomUUID(), checkpoints: path.join(folder, 'checkpoints'), resume: false },
        {
          signal: abort.signal,
          onProgress: ({ phase, done }) => {
            if (phase !== 'inverting' || done === 0 || stopped > 0) return;
            stopped = performance.now();
            abort.abort();
          },
        },
      )
      .catch((error: unknown) => {
        if (stopped === 0) throw error;
      });
    const cancelled = performance.now() - stopped;
    const status = await readFile(`/proc/${client.pid ?? 0}/status`, 'utf8').catch(() => '');
    const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 2 ** 20;
    console.log(`model ${(size / GB).toFixed(2)} GB`);
    console.log(`first updates after ${((stopped - start) / 1000).toFixed(0)} s`);
    console.log(`memory of the engine process ${peak.toFixed(1)} GB`);
    console.log(`stopped after ${cancelled.toFixed(0)} ms`);
  } finally {
    await client.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
