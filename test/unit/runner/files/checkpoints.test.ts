import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DiskCheckpoints } from '../../../../src/runner/files/checkpoints';
import { temporaryFolder } from '../../../support/temporaryFolder';

const KEY = 'ab'.repeat(32);

describe('checkpoints on disk', () => {
  it('keeps, replaces and removes the text of a key', async () => {
    const store = new DiskCheckpoints(path.join(await temporaryFolder(), 'not', 'there', 'yet'), true);
    expect(await store.load(KEY)).toBeUndefined();
    await store.save(KEY, 'one');
    await store.save(KEY, 'two');
    await store.save('cd'.repeat(32), 'other');
    expect(await store.load(KEY)).toBe('two');
    await store.remove(KEY);
    await store.remove(KEY);
    expect(await store.load(KEY)).toBeUndefined();
    expect(await store.load('cd'.repeat(32))).toBe('other');
  });

  it.each(['', '../../etc/passwd', 'AB'.repeat(32), 'xy'.repeat(32), `${KEY}/..`, 'ab'])(
    'refuses the key %j',
    async (key) => {
      const store = new DiskCheckpoints(await temporaryFolder(), true);
      await expect(store.load(key)).rejects.toThrow(RangeError);
      await expect(store.save(key, '')).rejects.toThrow(RangeError);
      await expect(store.remove(key)).rejects.toThrow(RangeError);
    },
  );

  it('survives a crash in the middle of writing', async () => {
    const folder = await temporaryFolder();
    const store = new DiskCheckpoints(folder, true);
    await store.save(KEY, 'whole');
    await fs.writeFile(path.join(folder, `.${KEY}.json.0123.tmp`), 'par');
    expect(await new DiskCheckpoints(folder, true).load(KEY)).toBe('whole');
    expect(await new DiskCheckpoints(folder, false).load(KEY)).toBeUndefined();
  });

  it('forgets what nobody resumed for a month', async () => {
    const folder = await temporaryFolder();
    const old = path.join(folder, 'old.json');
    const fresh = path.join(folder, 'fresh.json');
    for (const file of [old, fresh]) await fs.writeFile(file, '');
    const days = (count: number) => new Date(Date.now() - count * 24 * 3600 * 1000);
    await fs.utimes(old, days(31), days(31));
    await fs.utimes(fresh, days(29), days(29));
    await new DiskCheckpoints(folder, true).save(KEY, '');
    expect((await fs.readdir(folder)).sort()).toEqual([`${KEY}.json`, 'fresh.json']);
  });

  it('passes errors of the disk on', async () => {
    const file = path.join(await temporaryFolder(), 'file');
    await fs.writeFile(file, '');
    await expect(new DiskCheckpoints(file, true).save(KEY, '')).rejects.toThrow(/EEXIST|ENOTDIR/);
  });
});
