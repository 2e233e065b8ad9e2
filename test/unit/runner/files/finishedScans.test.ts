import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { DiskFinishedScans } from '../../../../src/runner/files/finishedScans';
import { infectedReport } from '../../../support/sampleReports';
import { temporaryFolder } from '../../../support/temporaryFolder';

const KEY = 'a1'.repeat(32);

it('finds what was kept, unless asked to scan again', async () => {
  const folder = await temporaryFolder();
  const scans = new DiskFinishedScans(folder, false);
  expect(await scans.find(KEY)).toBeUndefined();
  await scans.keep(KEY, infectedReport);
  expect(await scans.find(KEY)).toEqual(infectedReport);
  expect(await scans.find('b2'.repeat(32))).toBeUndefined();
  expect(await new DiskFinishedScans(folder, true).find(KEY)).toBeUndefined();
});

it('does not trust a damaged file', async () => {
  const folder = await temporaryFolder();
  const scans = new DiskFinishedScans(folder, false);
  await scans.keep(KEY, infectedReport);
  await fs.writeFile(path.join(folder, `${KEY}.json`), '{"version":');
  expect(await scans.find(KEY)).toBeUndefined();
});
