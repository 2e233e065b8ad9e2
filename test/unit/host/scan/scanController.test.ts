import * as fs from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { CancelledError, ModelFormatError } from '../../../../src/engine/support/errors';
import { SETTINGS } from '../../../../src/shared/contributions';
import { recorded, resetVscode, Uri } from '../../../support/fakeVscode';
import { hostUnderTest } from '../../../support/hostServices';
import { infectedReport, labelResult } from '../../../support/sampleReports';

const progress = {
  phase: 'inverting',
  done: 30,
  total: 100,
  labelsDone: 3,
  labelsTotal: 12,
  current: [{ label: 3, latest: { update: 10, l1: 90, success: 0.5, lambda: 0.001 } }],
} as const;

beforeEach(resetVscode);

describe('a scan', () => {
  it('goes from queued over preparing and running to done, and is kept', async () => {
    const { engine, store, storage, scans, order, key } = await hostUnderTest();
    const states: string[] = [];
    store.onDidChange(() => states.push(store.get(key)!.state));
    const run = scans.run(order);
    const { listener, resolve } = await engine.last();
    listener.onStart?.();
    listener.onProgress?.(progress);
    listener.onProgress?.({
      ...progress,
      current: [{ label: 3, latest: { ...progress.current[0].latest, update: 20 } }],
    });
    expect(store.get(key)!.running).toEqual([
      { label: 3, curve: [progress.current[0].latest, { ...progress.current[0].latest, update: 20 }] },
    ]);
    listener.onLabel?.(labelResult(3));
    expect(store.get(key)!.labels.map(({ label }) => label)).toEqual([3]);
    resolve(infectedReport);
    expect(await run).toBe(infectedReport);
    expect([...new Set(states)]).toEqual(['queued', 'preparing', 'running', 'done']);
    expect(store.get(key)).toMatchObject({ report: infectedReport, labels: infectedReport.labels, running: [] });
    expect((await storage.load(key))!.report).toEqual(infectedReport);
    expect(scans.isActive(order.uri)).toBe(false);
  });

  it('hands settings, samples and checkpoints to the engine, and always goes on from a checkpoint', async () => {
    const { engine, scans, order, folder } = await hostUnderTest();
    for (const [id, value] of [
      [SETTINGS.preset, 'thorough'],
      [SETTINGS.seeds, 5],
      [SETTINGS.threads, 2],
      [SETTINGS.sampleLimit, 100],
      [SETTINGS.tensorFlowPath, ' /opt/tf '],
    ] as const) {
      recorded.settings.set(id, value);
    }
    void scans.run({ ...order, samples: { ...order.samples, split: 'test' } });
    const { task } = await engine.last();
    expect(task).toMatchObject({
      model: `${folder}/net.onnx`,
      data: `${folder}/images`,
      split: 'test',
      limit: 100,
      resume: true,
      checkpoints: `${folder}/checkpoints`,
      settings: { preset: 'thorough', seeds: 5 },
      runtime: { threads: 2, tensorFlow: '/opt/tf' },
    });
    expect(task.settings).not.toHaveProperty('pThreshold');
  });

  it('is paused when it is stopped, which is no error, and can be resumed in another window', async () => {
    const { engine, store, scans, order, key, reopen } = await hostUnderTest();
    const run = scans.run(order);
    const { listener, reject } = await engine.last();
    listener.onProgress?.(progress);
    scans.stop(order.uri);
    expect(listener.signal?.aborted).toBe(true);
    reject(new CancelledError());
    expect(await run).toBeUndefined();
    expect(store.get(key)!.state).toBe('paused');
    const later = reopen();
    await later.scans.restore();
    expect(later.store.get(key)).toMatchObject({ state: 'paused', unfinished: { labelsDone: 3, labelsTotal: 12 } });
    expect(later.scans.orderOf(order.uri)!.samples).toEqual(order.samples);
  });

  it('is paused after its window was closed', async () => {
    const { engine, scans, order, key, reopen } = await hostUnderTest();
    void scans.run(order);
    await engine.last();
    scans.dispose();
    const later = reopen();
    await later.scans.restore();
    expect(later.store.get(key)!.state).toBe('paused');
  });

  it('says why it failed, in one sentence, also after a reload', async () => {
    const { engine, store, scans, order, key, log, reopen } = await hostUnderTest();
    const run = scans.run(order);
    (await engine.last()).reject(new ModelFormatError('the file is empty', { file: 'net.onnx' }));
    await expect(run).rejects.toThrow('the file is empty');
    expect(store.get(key)).toMatchObject({ state: 'failed', error: 'Net.onnx: the file is empty.' });
    expect(log.lines.join('\n')).toContain('the file is empty');
    const later = reopen();
    await later.scans.restore();
    expect(later.store.get(key)).toMatchObject({ state: 'failed', error: 'Net.onnx: the file is empty.' });
  });

  it('is on the screen even where it cannot be saved', async () => {
    const { engine, store, scans, order, key, log, folder } = await hostUnderTest();
    await fs.writeFile(`${folder}/storage`, 'a file where a folder should be');
    const run = scans.run(order);
    (await engine.last()).resolve(infectedReport);
    await run;
    expect(store.get(key)!.state).toBe('done');
    expect(log.lines.join('\n')).toContain('cannot be saved');
  });
});

describe('a scan that ran elsewhere', () => {
  const report = { ...infectedReport, verdict: 'clean', flagged: [] } as const;

  it('is shown and kept like any other, beside that of the model it was repaired from', async () => {
    const { engine, store, scans, order, key, folder, reopen } = await hostUnderTest();
    const run = scans.run(order);
    (await engine.last()).resolve(infectedReport);
    await run;
    const copy = Uri.file(`${folder}/net.repaired.onnx`);
    await fs.writeFile(copy.fsPath, 'repaired weights');
    await scans.adopt({ ...scans.orderOf(order.uri)!, uri: copy as never, repairedFrom: key }, report);
    expect(engine.scans).toHaveLength(1);
    const expected = {
      state: 'done',
      name: 'net.repaired.onnx',
      report,
      labels: report.labels,
      before: infectedReport,
    };
    expect(store.get(copy.toString())).toMatchObject(expected);
    expect(scans.isActive(copy as never)).toBe(false);
    const later = reopen();
    await later.scans.restore();
    expect(later.store.get(copy.toString())).toMatchObject(expected);
    expect(later.store.get(copy.toString())!.outdated).not.toBe(true);
  });

  it('takes the place of an older result of a file that was replaced', async () => {
    const { engine, store, scans, order, key, folder } = await hostUnderTest();
    const run = scans.run(order);
    (await engine.last()).resolve(infectedReport);
    await run;
    await fs.writeFile(`${folder}/net.onnx`, 'other weights');
    engine.sha256 = 'cd'.repeat(32);
    await scans.changed(order.uri);
    expect(store.get(key)!.outdated).toBe(true);
    await scans.adopt(order, report);
    await scans.changed(order.uri);
    expect(store.get(key)).toMatchObject({ state: 'done', report });
    expect(store.get(key)!.outdated).not.toBe(true);
  });

  it('does not disturb one that runs here', async () => {
    const { engine, store, scans, order, key } = await hostUnderTest();
    const run = scans.run(order);
    const { resolve } = await engine.last();
    await scans.adopt(order, report);
    expect(store.get(key)!.state).toBe('queued');
    resolve(infectedReport);
    expect(await run).toBe(infectedReport);
    expect(store.get(key)!.report).toBe(infectedReport);
  });
});

describe('a model that changes', () => {
  it('takes the result along when it goes, and brings it back', async () => {
    const { engine, store, scans, order, key, folder } = await hostUnderTest();
    const run = scans.run(order);
    (await engine.last()).resolve(infectedReport);
    await run;
    await fs.rename(`${folder}/net.onnx`, `${folder}/away`);
    scans.gone(order.uri);
    expect(store.get(key)).toBeUndefined();
    await fs.rename(`${folder}/away`, `${folder}/net.onnx`);
    await scans.appeared(order.uri);
    expect(store.get(key)!.report).toEqual(infectedReport);
  });

  it('stops its scan when it goes', async () => {
    const { engine, store, scans, order, key } = await hostUnderTest();
    const run = scans.run(order);
    const { listener, reject } = await engine.last();
    scans.gone(order.uri);
    expect(listener.signal?.aborted).toBe(true);
    reject(new CancelledError());
    await run;
    expect(store.get(key)).toBeUndefined();
  });

  it('keeps scan and result under a new name', async () => {
    const { engine, store, storage, scans, order, key, folder, reopen } = await hostUnderTest();
    const run = scans.run(order);
    const { resolve, listener } = await engine.last();
    const to = Uri.file(`${folder}/renamed.onnx`);
    await fs.rename(`${folder}/net.onnx`, to.fsPath);
    await scans.renamed(order.uri, to as never);
    expect(store.get(key)).toBeUndefined();
    listener.onProgress?.(progress);
    expect(store.get(to.toString())).toMatchObject({ state: 'running', name: 'renamed.onnx' });
    resolve(infectedReport);
    await run;
    expect(store.all().map(({ uri }) => uri)).toEqual([to.toString()]);
    expect(await storage.load(key)).toBeUndefined();
    const later = reopen();
    await later.scans.restore();
    expect(later.store.get(to.toString())!.report).toEqual(infectedReport);
  });
});
