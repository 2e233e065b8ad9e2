import * as fs from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { resetVscode } from '../../../support/fakeVscode';
import { hostUnderTest } from '../../../support/hostServices';
import { infectedReport, labelResult } from '../../../support/sampleReports';

beforeEach(resetVscode);

describe('saved results', () => {
  it('that cannot be read are skipped and told', async () => {
    const { scans, store, log, folder } = await hostUnderTest();
    await fs.mkdir(`${folder}/storage`);
    await fs.writeFile(`${folder}/storage/broken.ndjson`, '{"version":1');
    await scans.restore();
    expect(store.all()).toEqual([]);
    expect(log.lines.join('\n')).toContain('broken.ndjson');
  });

  it('are gone once they are removed', async () => {
    const { engine, store, scans, order, reopen } = await hostUnderTest();
    const run = scans.run(order);
    (await engine.last()).resolve(infectedReport);
    await run;
    await scans.remove(order.uri);
    expect(store.all()).toEqual([]);
    const later = reopen();
    await later.scans.restore();
    expect(later.store.all()).toEqual([]);
  });

  it('with many large triggers let others work between the labels', async () => {
    const { engine, scans, order } = await hostUnderTest();
    const large = 'A'.repeat(100_000);
    const labels = Array.from({ length: 60 }, (_, label) =>
      labelResult(label, { trigger: { channels: 3, height: 224, width: 224, mask: large, pattern: large } }),
    );
    const run = scans.run(order);
    const { resolve } = await engine.last();
    let turns = 0;
    let running = true;
    const count = (): void => {
      turns++;
      if (running) setImmediate(count);
    };
    count();
    resolve({ ...infectedReport, labels });
    await run;
    running = false;
    expect(turns).toBeGreaterThan(labels.length);
  });
});
