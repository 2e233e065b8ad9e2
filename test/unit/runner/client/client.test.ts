import { fork } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as ort from 'onnxruntime-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ScanProgress } from '../../../../src/engine/detect/scanJob';
import {
  CancelledError,
  ModelFormatError,
  NeuralCleanseError,
  UnsupportedModelError,
  UsageError,
} from '../../../../src/engine/support/errors';
import { parseFilter } from '../../../../src/engine/filter/savedFilter';
import { jsonReport, parseReport } from '../../../../src/engine/output/scanJson';
import type { ScanReport } from '../../../../src/engine/report/scanReport';
import { EngineClient, type EngineClientOptions } from '../../../../src/runner/client/client';
import { EngineStoppedError } from '../../../../src/runner/protocol/engineStopped';
import type { RepairProgress, ScanTask } from '../../../../src/runner/protocol/protocol';
import { sha256 } from '../../../../src/runner/files/sha256';
import { build, built, removeBuild } from '../../../support/build';
import { writeImageFolder } from '../../../support/imageFolder';
import { ROOT } from '../../../support/project';
import { temporaryFolder } from '../../../support/temporaryFolder';

/** Five classes, 3×12×10. */
const SMALL = path.join(ROOT, 'test/fixtures/onnx/cnn-opset13.onnx');
const BAD = path.join(ROOT, 'test/fixtures/bad');
const SAMPLE = path.join(ROOT, 'media/sample');
const posix = process.platform !== 'win32';

let images = '';
const clients: EngineClient[] = [];

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

function start(options: Partial<EngineClientOptions> = {}) {
  const log: string[] = [];
  const client = new EngineClient({ entry: built('engine.mjs'), log: (text) => log.push(text), ...options });
  clients.push(client);
  return { client, log };
}

async function task(change: Partial<ScanTask> = {}): Promise<ScanTask> {
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
const LONG = { settings: { preset: 'quick', seeds: 4 } } as const;

/** Resolves with the first progress of a scan. */
function firstProgress() {
  let onProgress = (): void => undefined;
  const running = new Promise<void>((resolve) => (onProgress = resolve));
  return { onProgress, running };
}

/** Waits until something was kept. */
async function untilKept(folder: string): Promise<void> {
  while (!(await fs.readdir(folder).catch(() => [])).some((name) => name.endsWith('.json'))) await sleep(20);
}

async function untilGone(pid: number): Promise<void> {
  const alive = () => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  while (alive()) await sleep(20);
}

describe('the sample model', () => {
  const [model, data] = [path.join(SAMPLE, 'infected.onnx'), path.join(SAMPLE, 'images')];

  it('is scanned, label by label', async () => {
    const { client } = start();
    const labels = new Map<number, number | undefined>();
    let started = 0;
    let last: ScanProgress | undefined;
    const settings = { preset: 'quick', updates: 60, labels: [2, 7] } as const;
    const report = await client.scan(await task({ model, data, settings }), {
      onStart: () => started++,
      onProgress: (progress) => (last = progress),
      onLabel: ({ label, l1 }) => labels.set(label, l1),
    });
    expect(started).toBe(1);
    expect(last).toMatchObject({ phase: 'inverting', total: 120 });
    expect(last!.done).toBeGreaterThan(60);
    expect([...labels.keys()].sort()).toEqual([2, 7]);
    for (const [label, l1] of labels) expect(report.labels[label]).toMatchObject({ state: 'found', l1 });
    // Triggers and curves have crossed once only, and are whole.
    expect(report.labels[7]!.trigger!.mask).toHaveLength(4184);
    expect(report.labels[7]!.curve.length).toBeGreaterThan(5);
    expect(report.labels[7]!.l1).toBeLessThan(report.labels[2]!.l1! / 3);
    expect(parseReport(jsonReport(report))).toEqual(report);
    if (posix) expect(os.getPriority(client.pid)).toBe(Math.min(19, os.getPriority() + 10));
  });

  it('is inspected, and shown with its samples', async () => {
    const { client } = start();
    const inspection = await client.inspect({ model });
    expect(inspection).toMatchObject({ file: 'infected.onnx', classes: 10, sha256: sha256(await fs.readFile(model)) });
    const preview = await client.preview({ model, data, runtime: { threads: 0 }, count: 6 });
    expect(preview).toMatchObject({ available: 400, chosen: 'raw' });
    expect(preview.images).toHaveLength(6);
  });

  it('is not needed to find the libraries that work', async () => {
    const states = await start().client.doctor();
    expect(states.find(({ standard }) => standard)).toMatchObject({ library: 'onnxruntime', works: true });
    expect(states.find(({ library }) => library === 'onnxruntime-web')).toMatchObject({ works: true, standard: false });
    for (const { detail } of states) expect(detail).not.toBe('');
  });
});

describe('triggers of a scan', () => {
  const [original, data] = [path.join(SAMPLE, 'infected.onnx'), path.join(SAMPLE, 'images')];
  const request = { data, runtime: { threads: 0 }, only: [7] };
  let report: ScanReport;
  beforeAll(async () => {
    report = parseReport(await fs.readFile(path.join(ROOT, 'test/fixtures/reports/sample.json'), 'utf8'));
  });

  it('are shown at work on the neurons, layer by layer', async () => {
    let started = 0;
    const { triggers, samples } = await start().client.identify(
      { ...request, model: original, report },
      { onStart: () => started++ },
    );
    expect(started).toBe(1);
    expect(samples.count).toBe(400);
    expect(triggers.map(({ label }) => label)).toEqual([7]);
    expect(triggers[0]!.attackSuccess).toBeGreaterThan(0.9);
    const last = triggers[0]!.layers.at(-1)!;
    expect(last.reversed).toBeGreaterThan(2 * last.clean);
  });

  it('make a filter, which is written beside the model and never over it', async () => {
    const { client } = start();
    const folder = await temporaryFolder();
    const at = (name: string): string => path.join(folder, name);
    const model = at('model.onnx');
    await fs.copyFile(original, model);
    const { filters } = await client.calibrateFilter({ ...request, model, report, rates: [0.001, 0.05] });
    const [strict, usual] = filters;
    expect(strict!.cost.falsePositiveRate).toBeLessThanOrEqual(0.001);
    expect(usual!.cost.falsePositiveRate).toBeCloseTo(0.05, 2);
    expect(usual!.cost.falseNegativeRate).toBeLessThan(0.5);
    expect(await fs.readdir(folder)).toEqual(['model.onnx']);

    const { filter } = usual!;
    await expect(client.saveFilter({ model, filter, json: at('f.json'), onnx: model })).rejects.toThrow(
      /model\.onnx: the new file would replace the original model/,
    );
    expect(await fs.readdir(folder)).toEqual(['model.onnx']);
    await client.saveFilter({ model, filter, json: at('f.json'), onnx: at('f.onnx') });
    expect(parseFilter(await fs.readFile(at('f.json'), 'utf8'), 'f.json')).toEqual(filter);
    const session = await ort.InferenceSession.create(at('f.onnx'));
    expect(session.outputNames).toEqual(['label', 'score']);
    await session.release();
    expect(sha256(await fs.readFile(model))).toBe(report.model.sha256);
  });

  it('are refused for another model', async () => {
    await expect(start().client.identify({ ...request, model: SMALL, report })).rejects.toThrow(/another model/);
  });
});

describe('a repair', () => {
  it('is computed, held, saved under another name and scanned again', async () => {
    const { client } = start({ idleAfter: 50 });
    const folder = await temporaryFolder();
    const [model, data] = [path.join(folder, 'model.onnx'), path.join(SAMPLE, 'images')];
    await fs.copyFile(path.join(SAMPLE, 'infected.onnx'), model);
    const scan = await task({ model, data, settings: { preset: 'quick', updates: 60, labels: [2, 7] } });
    const report = await client.scan(scan);
    const phases = new Set<string>();
    const onProgress = ({ phase }: RepairProgress) => phases.add(phase);
    const repair = { ...scan, id: 'repair', report, method: 'prune' as const, labelsToRepair: [7] };
    const repaired = await client.repair(repair, { onProgress });
    expect(repaired.labels).toEqual([7]);
    expect(repaired.before.triggers[0]!.attackSuccess).toBeGreaterThan(0.9);
    expect(repaired.after.triggers[0]!.attackSuccess).toBeLessThan(0.5);
    expect(phases).toContain('pruning');
    await sleep(500);
    await expect(client.saveRepair({ id: 'repair', out: model })).rejects.toThrow(/replace the original/);
    const out = path.join(folder, 'repaired.onnx');
    const scans: ScanReport[] = [];
    const onScan = (scan: ScanReport) => scans.push(scan);
    const saved = await client.saveRepair({ id: 'repair', out }, { onProgress, onScan });
    expect(saved.saved).toEqual({ file: 'repaired.onnx', sha256: sha256(await fs.readFile(out)) });
    expect(saved.rescan).toMatchObject({ flagged: [] });
    expect(scans).toHaveLength(1);
    const [scanned] = scans;
    expect(scanned).toMatchObject({ ...saved.rescan, model: { file: 'repaired.onnx', sha256: saved.saved!.sha256 } });
    expect(scanned!.settings).toEqual(report.settings);
    // Triggers and curves have crossed with their labels, and are whole.
    for (const label of [2, 7]) {
      expect(scanned!.labels[label]!.trigger!.mask).toHaveLength(4184);
      expect(scanned!.labels[label]!.curve.length).toBeGreaterThan(5);
    }
    expect(phases).toContain('scanning');
    expect(sha256(await fs.readFile(model))).toBe(report.model.sha256);
    await expect(client.saveRepair({ id: 'repair', out })).rejects.toThrow(/no longer in memory/);
    await client.discardRepair('repair');
  }, 300_000);

  it('stays saved where the scan of it is cancelled', async () => {
    const { client } = start();
    const folder = await temporaryFolder();
    const [model, data] = [path.join(SAMPLE, 'infected.onnx'), path.join(SAMPLE, 'images')];
    const scan = await task({ model, data, settings: { preset: 'quick', updates: 60, labels: [2, 7] } });
    const report = await client.scan(scan);
    await client.repair({ ...scan, id: 'repair', report, method: 'prune', labelsToRepair: [7] });
    const out = path.join(folder, 'repaired.onnx');
    const cancel = new AbortController();
    let scanned = 0;
    const saved = await client.saveRepair(
      { id: 'repair', out },
      {
        signal: cancel.signal,
        onProgress: ({ phase }) => {
          if (phase === 'scanning') cancel.abort();
        },
        onScan: () => scanned++,
      },
    );
    expect(saved.saved).toEqual({ file: 'repaired.onnx', sha256: sha256(await fs.readFile(out)) });
    expect(saved.rescan).toBeUndefined();
    expect(scanned).toBe(0);
  }, 300_000);
});

describe('TensorFlow.js', () => {
  it('is looked for where the user says', async () => {
    const folder = await temporaryFolder();
    const home = path.join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
    await fs.mkdir(home, { recursive: true });
    await fs.writeFile(path.join(home, 'index.js'), 'throw new Error("found it");');
    const states = await start().client.doctor({ tensorFlow: folder });
    expect(states.find(({ library, provider }) => library === 'tensorflow' && provider === 'cpu')).toMatchObject({
      works: false,
      detail: expect.stringContaining('found it') as string,
    });
  });
});

describe('cancelling', () => {
  it('takes less than a second and keeps the process and what was done', async () => {
    const { client } = start();
    const scan = await task(LONG);
    const cancel = new AbortController();
    const result = client.scan(scan, { signal: cancel.signal }).catch((error: unknown) => error);
    await untilKept(scan.checkpoints);
    const { pid } = client;
    const asked = performance.now();
    cancel.abort();
    expect(await result).toBeInstanceOf(CancelledError);
    expect(performance.now() - asked).toBeLessThan(1000);
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
    expect(labels.sort()).toEqual([0, 1, 2, 3, 4]);
    // The first that is told counts what was done before, at least one whole inversion of 100 updates.
    expect(done[0]).toBeGreaterThan(100);
    expect(await fs.readdir(scan.checkpoints)).toEqual([]);
    const whole = await client.scan(await task(LONG));
    const numbers = ({ labels, verdict }: typeof whole) => ({
      verdict,
      labels: labels.map(({ l1PerSeed, anomalyIndex, trigger }) => ({ l1PerSeed, anomalyIndex, trigger })),
    });
    expect(numbers(resumed)).toEqual(numbers(whole));
  }, 300_000);

  it('is started again a few times, then left alone for a while', async () => {
    const { client } = start({ restarts: { crashes: 2, within: 3000 } });
    for (let crash = 0; crash < 2; crash++) {
      const { onProgress, running } = firstProgress();
      const stopped = client.scan(await task(LONG), { onProgress }).catch((error: unknown) => error);
      await running;
      process.kill(client.pid!, 'SIGKILL');
      expect(await stopped).toBeInstanceOf(EngineStoppedError);
    }
    await expect(client.inspect({ model: SMALL })).rejects.toThrow(/stopped 2 times/);
    expect(client.pid).toBeUndefined();
    await sleep(3000);
    expect(await client.inspect({ model: SMALL })).toMatchObject({ classes: 5 });
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

describe('several requests', () => {
  it('compute one after the other; other questions are answered meanwhile', async () => {
    const { client } = start();
    const told: string[] = [];
    const copy = path.join(await temporaryFolder(), 'copy.onnx');
    await fs.copyFile(SMALL, copy);
    const { onProgress, running } = firstProgress();
    const first = client.scan(await task({ ...LONG, id: '1' }), { onProgress, onStart: () => told.push('1 starts') });
    const second = client.scan(await task({ id: '2', model: copy }), { onStart: () => told.push('2 starts') });
    await running;
    await expect(client.scan(await task({ id: '3' }))).rejects.toThrow(
      /cnn-opset13\.onnx: a scan of this model is already/,
    );
    await expect(client.scan(await task({ id: '4', model: copy }))).rejects.toThrow(UsageError);
    await client.inspect({ model: SMALL });
    told.push('inspected');
    await first;
    told.push('1 ends');
    await second;
    expect(told).toEqual(['1 starts', 'inspected', '1 ends', '2 starts']);
    expect((await client.scan(await task())).labels).toHaveLength(5);
  });
});

describe('bad input', () => {
  it.each([
    ['a damaged model', 'truncated.onnx', ModelFormatError],
    ['an unsupported model', 'unknown-op.onnx', UnsupportedModelError],
    ['a model that is not there', 'nothing.onnx', UsageError],
  ])('%s is an error of its class', async (_name, file, Class) => {
    const error = await start()
      .client.scan(await task({ model: path.join(BAD, file) }))
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Class);
    expect(error).toMatchObject({ details: { file }, message: expect.stringContaining(file) as string });
  });

  it('leaves the process alive: every bad model in turn', async () => {
    const { client } = start();
    await client.inspect({ model: SMALL });
    const { pid } = client;
    const names = await fs.readdir(BAD);
    expect(names.length).toBeGreaterThan(50);
    for (const name of names) {
      const result = await client.inspect({ model: path.join(BAD, name) }).catch((error: unknown) => error);
      if (result instanceof Error) expect(result, name).toBeInstanceOf(NeuralCleanseError);
    }
    expect(client.pid).toBe(pid);
  });

  it('a sparse file of 1 GB costs no more memory than it is large', async () => {
    const { client } = start();
    const model = path.join(await temporaryFolder(), 'large.onnx');
    await fs.copyFile(SMALL, model);
    await fs.truncate(model, 1 << 30);
    await expect(client.scan(await task({ model }))).rejects.toThrow(ModelFormatError);
    if (process.platform !== 'linux') return;
    const status = await fs.readFile(`/proc/${client.pid}/status`, 'utf8');
    expect(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1])).toBeLessThan(1.5 * (1 << 20));
  });

  it('a model that is replaced or deleted during its scan is reported as it was read', async () => {
    const { client } = start();
    const model = path.join(await temporaryFolder(), 'model.onnx');
    for (const change of [() => fs.writeFile(model, 'replaced'), () => fs.rm(model)]) {
      await fs.copyFile(SMALL, model);
      let changed: Promise<void> | undefined;
      const report = await client.scan(await task({ model }), { onProgress: () => void (changed ??= change()) });
      await changed;
      expect(report.model.sha256).toBe(sha256(await fs.readFile(SMALL)));
      expect(changed).toBeDefined();
    }
  });
});

describe('the end', () => {
  it('comes when nothing was asked for a while; the next request starts a new process', async () => {
    const { client } = start({ idleAfter: 100 });
    await client.inspect({ model: SMALL });
    const pid = client.pid!;
    await untilGone(pid);
    await client.inspect({ model: SMALL });
    expect(client.pid).not.toBe(pid);
  });

  it('keeps what a running scan has finished', async () => {
    const { client } = start();
    const scan = await task(LONG);
    const result = client.scan(scan).catch((error: unknown) => error);
    await untilKept(scan.checkpoints);
    const pid = client.pid!;
    await client.dispose();
    expect(await result).toBeInstanceOf(CancelledError);
    await untilGone(pid);
    expect(await fs.readdir(scan.checkpoints)).toHaveLength(1);
    await expect(client.inspect({ model: SMALL })).rejects.toThrow(CancelledError);
  });

  it('comes with the end of the host', async () => {
    const host = path.join(await temporaryFolder(), 'host.mjs');
    await fs.writeFile(
      host,
      `import { fork } from 'node:child_process';
       process.send(fork(process.argv[2], { execArgv: [] }).pid);
       setInterval(() => {}, 1000);`,
    );
    const child = fork(host, [built('engine.mjs')], { execArgv: [] });
    const [pid] = (await once(child, 'message')) as [number];
    await sleep(500);
    child.kill('SIGKILL');
    await untilGone(pid);
  });
});
