/**
 * @file Zip archives (PKWARE APPNOTE 6.3.10, stored and deflated members, Zip64), read in place: only the directory and
 * the members asked for are loaded, and nothing is written to disk.
 */
import { SamplesError } from '../errors';
import type { Files } from '../files';
import { fileBytes, unpackedBytes, type ByteSource } from './byteSource';

export interface ZipEntry {
  /** Path inside the archive, with `/` between its parts; never leaves the archive. */
  readonly name: string;
  /** Unpacked bytes. */
  readonly size: number;
  readonly packedSize: number;
  readonly method: 'stored' | 'deflated';
  readonly headerOffset: number;
}

/** Directory bytes; about two million entries. */
const MAX_DIRECTORY = 1 << 28;

const END = 0x06054b50;
const END_64_LOCATOR = 0x07064b50;
const END_64 = 0x06064b50;
const ENTRY = 0x02014b50;
const MEMBER = 0x04034b50;
const FULL_32 = 0xffffffff;

export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);
}

/** The files of an archive in directory order. Throws where a name leaves the archive or a size is impossible. */
export async function readZipDirectory(files: Files, path: string): Promise<ZipEntry[]> {
  const file = files.baseName(path);
  const size = (await files.info(path))?.size ?? 0;
  const archive = fileBytes(files, path, 0, size, file);
  const { offset, length } = await locateDirectory(archive, file);
  if (length > MAX_DIRECTORY || offset + length > size) throw damaged(file, 'a directory outside the file');
  const bytes = await archive.read(offset, length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: ZipEntry[] = [];
  for (let at = 0; at + 46 <= length && view.getUint32(at, true) === ENTRY;) {
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > length) throw damaged(file, 'a directory that ends early');
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const extra = new DataView(bytes.buffer, bytes.byteOffset + at + 46 + nameLength, extraLength);
    if (!name.endsWith('/')) entries.push(readEntry(view, at, name, extra, file, size));
    at = next;
  }
  return entries;
}

/** The unpacked bytes of a member. */
export async function openEntry(files: Files, path: string, entry: ZipEntry): Promise<ByteSource> {
  const place = `${files.baseName(path)}/${entry.name}`;
  const header = await files.read(path, entry.headerOffset, 30);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (header.length < 30 || view.getUint32(0, true) !== MEMBER) throw damaged(place, 'no member where one should be');
  const start = entry.headerOffset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  const packed = fileBytes(files, path, start, entry.packedSize, place);
  return entry.method === 'stored' ? packed : unpackedBytes(packed, entry.size, 'deflate');
}

async function locateDirectory(archive: ByteSource, file: string): Promise<{ offset: number; length: number }> {
  // The end record is 22 bytes, behind it only a comment of at most 65535 bytes.
  const tailStart = Math.max(0, archive.size - 22 - 0xffff);
  const tail = await archive.read(tailStart, archive.size - tailStart);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  let end = tail.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END) end--;
  if (end < 0) throw damaged(file, 'no directory');
  const length = view.getUint32(end + 12, true);
  const offset = view.getUint32(end + 16, true);
  if (length !== FULL_32 && offset !== FULL_32) return { offset, length };
  if (end < 20 || view.getUint32(end - 20, true) !== END_64_LOCATOR) throw damaged(file, 'no Zip64 directory');
  const record = await archive.read(Number(view.getBigUint64(end - 12, true)), 56);
  const record64 = new DataView(record.buffer, record.byteOffset, record.byteLength);
  if (record64.getUint32(0, true) !== END_64) throw damaged(file, 'no Zip64 directory');
  return {
    length: Number(record64.getBigUint64(40, true)),
    offset: Number(record64.getBigUint64(48, true)),
  };
}

function readEntry(
  view: DataView,
  at: number,
  name: string,
  extra: DataView,
  file: string,
  fileSize: number,
): ZipEntry {
  const place = name.slice(0, 100);
  if (/^[/\\]|^[a-z]:|\\|\0/i.test(name) || name.split('/').includes('..')) {
    throw new SamplesError('the archive names a file outside itself, so it is not opened', { file, place });
  }
  if ((view.getUint16(at + 8, true) & 1) !== 0) {
    throw new SamplesError('the archive is encrypted', { file, place, hint: 'Unpack it first.' });
  }
  const method = view.getUint16(at + 10, true);
  if (method !== 0 && method !== 8) {
    throw new SamplesError('the archive uses a compression we cannot read', {
      file,
      place,
      expected: 'stored or deflated members',
      got: `method ${method}`,
    });
  }
  const wide = zip64Values(extra);
  const field = (offset: number): number => {
    const value = view.getUint32(at + offset, true);
    return value === FULL_32 ? (wide.shift() ?? value) : value;
  };
  const size = field(24);
  const packedSize = field(20);
  const headerOffset = field(42);
  if (headerOffset + 30 + packedSize > fileSize || (method === 0 && size !== packedSize)) {
    throw damaged(file, `impossible sizes of ${place}`);
  }
  return { name, size, packedSize, method: method === 0 ? 'stored' : 'deflated', headerOffset };
}

/** The 64-bit values that replace full 32-bit fields, in the order size, packed size, offset. */
function zip64Values(extra: DataView): number[] {
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const end = at + 4 + extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) === 1 && end <= extra.byteLength) {
      const values: number[] = [];
      for (let value = at + 4; value + 8 <= end; value += 8) values.push(Number(extra.getBigUint64(value, true)));
      return values;
    }
    at = end;
  }
  return [];
}

function damaged(file: string, got: string): SamplesError {
  return new SamplesError('the archive is damaged', { file, expected: 'a zip archive', got });
}
