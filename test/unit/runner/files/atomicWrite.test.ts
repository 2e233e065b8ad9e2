import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { atomicWrite, checkWritable } from '../../../../src/runner/files/atomicWrite';
import { temporaryFolder } from '../../../support/temporaryFolder';

describe('atomic writes', () => {
  it('creates and replaces a file and leaves nothing else', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'report.json');
    await atomicWrite(file, 'one');
    await atomicWrite(file, Uint8Array.of(50));
    expect(await fs.readFile(file, 'utf8')).toBe('2');
    expect(await fs.readdir(folder)).toEqual(['report.json']);
  });

  it('never shows a reader a part', async () => {
    const file = path.join(await temporaryFolder(), 'state');
    const texts = ['a', 'b', 'c'].map((letter) => letter.repeat(200_000));
    await atomicWrite(file, texts[0]!);
    const writing = (async () => {
      for (let i = 0; i < 30; i++) await atomicWrite(file, texts[i % 3]!);
    })();
    for (let i = 0; i < 100; i++) expect(texts).toContain(await fs.readFile(file, 'utf8'));
    await writing;
  });

  it('keeps the old content when writing fails', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'kept');
    await fs.writeFile(file, 'old');
    const content = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('the source broke')) }) };
    await expect(atomicWrite(file, content as unknown as string)).rejects.toThrow('the source broke');
    expect(await fs.readFile(file, 'utf8')).toBe('old');
    expect(await fs.readdir(folder)).toEqual(['kept']);
  });

  it.skipIf(process.platform === 'win32')('writes through links and into devices', async () => {
    const folder = await temporaryFolder();
    await fs.writeFile(path.join(folder, 'real'), 'old');
    await fs.symlink('real', path.join(folder, 'link'));
    await atomicWrite(path.join(folder, 'link'), 'new');
    expect(await fs.readFile(path.join(folder, 'real'), 'utf8')).toBe('new');
    expect((await fs.lstat(path.join(folder, 'link'))).isSymbolicLink()).toBe(true);
    await fs.symlink('/dev/null', path.join(folder, 'null'));
    await atomicWrite(path.join(folder, 'null'), 'gone');
    expect((await fs.stat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  it('says beforehand what cannot be written', async () => {
    const folder = await temporaryFolder();
    await expect(checkWritable(path.join(folder, 'new'))).resolves.toBeUndefined();
    await expect(checkWritable(folder)).rejects.toThrow('is a folder');
    await expect(checkWritable(path.join(folder, 'missing', 'file'))).rejects.toThrow('ENOENT');
    expect(await fs.readdir(folder)).toEqual([]);
  });
});
