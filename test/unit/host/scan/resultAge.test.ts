import * as fs from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { resetVscode } from '../../../support/fakeVscode';
import { hostUnderTest } from '../../../support/hostServices';
import { infectedReport } from '../../../support/sampleReports';

beforeEach(resetVscode);

describe('a model that changes', () => {
  it('makes the report outdated, unless its content is the same', async () => {
    const { engine, store, scans, order, key, folder } = await hostUnderTest();
    const run = scans.run(order);
    (await engine.last()).resolve(infectedReport);
    await run;
    await scans.changed(order.uri);
    expect(store.get(key)!.outdated).not.toBe(true);
    const later = new Date(Date.now() + 60_000);
    await fs.utimes(`${folder}/net.onnx`, later, later);
    await scans.changed(order.uri);
    expect(store.get(key)!.outdated).not.toBe(true);
    engine.sha256 = 'cd'.repeat(32);
    const evenLater = new Date(Date.now() + 120_000);
    await fs.utimes(`${folder}/net.onnx`, evenLater, evenLater);
    await scans.changed(order.uri);
    expect(store.get(key)!.outdated).toBe(true);
  });

  it('makes it outdated also during the scan and between two windows', async () => {
    const { engine, store, scans, order, key, folder, reopen } = await hostUnderTest();
    const run = scans.run(order);
    const { resolve } = await engine.last();
    await fs.writeFile(`${folder}/net.onnx`, 'other weights');
    await scans.changed(order.uri);
    resolve(infectedReport);
    await run;
    expect(store.get(key)!.outdated).toBe(true);
    const later = reopen();
    await later.scans.restore();
    expect(later.store.get(key)!.outdated).toBe(true);
  });

  it('does not make it outdated where only the news of an earlier change came late', async () => {
    const { engine, store, scans, order, key } = await hostUnderTest();
    const run = scans.run(order);
    const { resolve } = await engine.last();
    await scans.changed(order.uri);
    resolve(infectedReport);
    await run;
    expect(store.get(key)).toMatchObject({ state: 'done' });
    expect(store.get(key)!.outdated).not.toBe(true);
  });
});
