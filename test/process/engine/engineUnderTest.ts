/** @file The engine as it ships, started for tests of the client, and small scans for it. */
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { EngineClient, type EngineClientOptions } from '../../../src/runner/client/client';
import type { ScanTask } from '../../../src/runner/protocol/protocol';
import { build, built, removeBuild } from '../../support/build';
import { writeImageFolder } from '../../support/imageFolder';
import { ROOT } from '../../support/project';
import { temporaryFolder } from '../../support/temporaryFolder';

/** Five classes, 3×12×10. */
export const SMALL = path.join(ROOT, 'test/fixtures/onnx/cnn-opset13.onnx');
export const BAD = path.join(ROOT, 'test/fixtures/bad');
export const SAMPLE = path.join(ROOT, 'media/sample');
export const posix = process.platform !== 'win32';

let images = '';
const clients: EngineClient[] = [];

/** Builds the engine and makes the images for the tests of a file; ends what a test started. */
export function useEngine(): void {
  beforeAll(async () => {
    // Names of classes are changed in what ships; errors must keep their class all the same.
    build('--production');
    images = await fs.mkdtemp(path.join(os.tmpdir(), 'neural-cleanse-images-'));
    await writeImageFolder(images, { classes: 5, perClass: 10, width: 10, height: 12 });
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.dispose()));
  });
  afterAll(async () => {
    removeBuild();
    await fs.rm(images, { recursive: true, force: true });
  });
}

export function start(options: Partial<EngineClientOptions> = {}) {
  const log: string[] = [];
  const client = new EngineClient({ entry: built('engine.mjs'), log: (text) => log.push(text), ...options });
  clients.push(client);
  return { client, log };
}

export async function task(change: Partial<ScanTask> = {}): Promise<ScanTask> {
  return {
    id: 'scan',
    model: SMALL,
    data: images,
    runtime: { threads: 0 },
    settings: { preset: 'quick', updates: 20 },
    checkpoints: path.join(await temporaryFolder(), 'checkpoints'),
    resume: false,
    ...change,
  };
}

/** Some seconds of work. */
export const LONG = { settings: { preset: 'quick', seeds: 4 } } as const;

/** Resolves with the first progress of a scan. */
export function firstProgress() {
  let onProgress = (): void => undefined;
  const running = new Promise<void>((resolve) => (onProgress = resolve));
  return { onProgress, running };
}

/** Waits until something was kept. */
export async function untilKept(folder: string): Promise<void> {
  while (!(await fs.readdir(folder).catch(() => [])).some((name) => name.endsWith('.json'))) await sleep(20);
}

export async function untilGone(pid: number): Promise<void> {
  const alive = () => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  while (alive()) await sleep(20);
}
