import { strToU8, zipSync, type Zippable } from 'fflate';
import { describe, expect, it } from 'vitest';
import { openEntry, readZipDirectory } from '../../../../../src/engine/samples/files/zip';
import { zipFiles } from '../../../../../src/engine/samples/files/zipFiles';
import { concat, le16, le32 } from '../bytes';
import { memoryFiles } from '../../../../support/memoryFiles';

const TEXT = 'hello hello hello hello';

function archive(members: Zippable) {
  return memoryFiles({ 'a.zip': zipSync(members) });
}

/** An archive of one stored member with 64-bit sizes in its directory, as large numpy archives have. */
function zip64(content: string): Uint8Array {
  const name = 'big.npy';
  const sizes = [...le32(content.length), ...le32(0)];
  const local = concat(
    'PK\x03\x04',
    le16(45),
    le16(0),
    le16(0),
    le32(0),
    le32(0),
    le32(content.length),
    le32(content.length),
    le16(7),
    le16(0),
    name,
    content,
  );
  const extra = concat(le16(1), le16(24), sizes, sizes, le32(0), le32(0));
  const full = le32(0xffffffff);
  const entry = concat(
    'PK\x01\x02',
    le16(45),
    le16(45),
    le16(0),
    le16(0),
    le32(0),
    le32(0),
    full,
    full,
    le16(7),
    le16(extra.length),
    le16(0),
    le16(0),
    le16(0),
    le32(0),
    full,
    name,
    extra,
  );
  const end64 = concat(
    'PK\x06\x06',
    le32(44),
    le32(0),
    le16(45),
    le16(45),
    le32(0),
    le32(0),
    le32(1),
    le32(0),
    le32(1),
    le32(0),
    le32(entry.length),
    le32(0),
    le32(local.length),
    le32(0),
  );
  const locator = concat('PK\x06\x07', le32(0), le32(local.length + entry.length), le32(0), le32(1));
  const end = concat('PK\x05\x06', le16(0), le16(0), le16(0xffff), le16(0xffff), full, full, le16(0));
  return concat(local, entry, end64, locator, end);
}

describe('readZipDirectory', () => {
  it('reads stored and deflated members', async () => {
    const files = archive({ 'a/stored.txt': [strToU8(TEXT), { level: 0 }], 'a/packed.txt': strToU8(TEXT.repeat(50)) });
    const entries = await readZipDirectory(files, 'a.zip');
    expect(entries.map(({ name, method }) => [name, method])).toEqual([
      ['a/stored.txt', 'stored'],
      ['a/packed.txt', 'deflated'],
    ]);
    for (const entry of entries) {
      const bytes = await openEntry(files, 'a.zip', entry);
      expect(new TextDecoder().decode(await bytes.read(0, 23))).toBe(TEXT);
    }
  });

  it('finds the directory before a comment', async () => {
    const files = memoryFiles({ 'a.zip': concat(zipSync({ 'x.png': strToU8(TEXT) }), new Uint8Array(0)) });
    expect(await readZipDirectory(files, 'a.zip')).toHaveLength(1);
    const bytes = await files.read('a.zip');
    const commented = concat(bytes.slice(0, -2), le16(5), 'hello');
    expect(await readZipDirectory(memoryFiles({ 'a.zip': commented }), 'a.zip')).toHaveLength(1);
  });

  it('reads Zip64', async () => {
    const files = memoryFiles({ 'a.zip': zip64(TEXT) });
    const [entry] = await readZipDirectory(files, 'a.zip');
    expect(entry).toMatchObject({ name: 'big.npy', size: 23, packedSize: 23, headerOffset: 0 });
    expect(await (await openEntry(files, 'a.zip', entry!)).read(0, 5)).toEqual(strToU8('hello'));
  });

  it.each(['../evil.png', 'a/../../evil.png', '/etc/passwd', 'C:/x.png', '..\\x.png'])('refuses %s', async (name) => {
    await expect(readZipDirectory(archive({ [name]: strToU8(TEXT) }), 'a.zip')).rejects.toThrow(
      'expected names inside the archive',
    );
  });

  it('refuses sizes that do not fit the file', async () => {
    const bytes = zipSync({ 'x.png': [strToU8(TEXT), { level: 0 }] });
    const directory = bytes.indexOf(0x02, 30) - 3;
    bytes.set(le32(0x7fffffff), directory + 20);
    await expect(readZipDirectory(memoryFiles({ 'a.zip': bytes }), 'a.zip')).rejects.toThrow(
      /x\.png: the archive is damaged \(expected at most \d+ bytes, got 2147483647 bytes\)/,
    );
  });

  it('refuses what is no archive', async () => {
    await expect(readZipDirectory(memoryFiles({ 'a.zip': 'PK\x03\x04 and so on' }), 'a.zip')).rejects.toThrow(
      'no directory',
    );
    const encrypted = zipSync({ 'x.png': strToU8(TEXT) });
    const directory = encrypted.lastIndexOf(0x01, encrypted.length - 23);
    encrypted[directory + 6] = 1;
    await expect(readZipDirectory(memoryFiles({ 'a.zip': encrypted }), 'a.zip')).rejects.toThrow(/encrypted|damaged/);
  });
});

describe('zipFiles', () => {
  it('looks like a folder', async () => {
    const files = await zipFiles(archive({ 'a/b/x.txt': strToU8(TEXT), 'a/y.txt': strToU8('y') }), 'a.zip');
    expect(await files.list('')).toEqual(['a']);
    expect(await files.list('a')).toEqual(['b', 'y.txt']);
    expect(await files.info('a/b')).toEqual({ kind: 'folder', size: 0 });
    expect(await files.info('a/b/x.txt')).toEqual({ kind: 'file', size: 23 });
    expect(await files.info('c')).toBeUndefined();
    expect(new TextDecoder().decode(await files.read('a/b/x.txt', 6, 5))).toBe('hello');
    expect(files.join('', 'a', 'y.txt')).toBe('a/y.txt');
    expect(files.parent('a/y.txt')).toBe('a');
    expect(files.baseName('')).toBe('a.zip');
    expect(await files.inside('a', 'b/x.txt')).toBe('a/b/x.txt');
    expect(await files.inside('a', '../z')).toBeUndefined();
  });

  it('refuses to unpack a bomb', async () => {
    const bytes = zipSync({ 'x.png': new Uint8Array(1 << 20) });
    const directory = Buffer.from(bytes).lastIndexOf('PK\x01\x02');
    bytes.set(le32(0x7fffffff), directory + 24);
    const files = await zipFiles(memoryFiles({ 'a.zip': bytes }), 'a.zip');
    await expect(files.read('x.png')).rejects.toThrow('too large');
    bytes.set(le32(1000), directory + 24);
    const small = await zipFiles(memoryFiles({ 'a.zip': bytes }), 'a.zip');
    await expect(small.read('x.png')).rejects.toThrow('holds more than it claims');
  });
});
