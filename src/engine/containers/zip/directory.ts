/**
 * @file The directory of a zip archive (PKWARE APPNOTE 6.3.10; stored and deflated members, Zip64): finds it, reads it, and
 * refuses what no member may be before anything is unpacked. Archives of models and of samples both begin here.
 */
import { dataView } from '../../support/dataView';
import { ModelFormatError, UnsupportedModelError } from '../../support/errors';

export interface ZipEntry {
  /** Path inside the archive, with `/` between its parts; never leaves the archive. A folder's ends in `/`. */
  readonly name: string;
  readonly method: 'stored' | 'deflated';
  /** CRC-32 of the unpacked bytes. */
  readonly checksum: number;
  /** Bytes in the archive. */
  readonly packedSize: number;
  /** Unpacked bytes, as claimed. */
  readonly size: number;
  /** Where its local header begins in the archive, and where its entry in the directory. */
  readonly headerOffset: number;
  readonly entryOffset: number;
}

/** Where the directory is; `record64` says instead where the record that says it is. */
export type DirectoryPlace = { readonly offset: number; readonly length: number } | { readonly record64: number };

/** The end record of 22 bytes, behind which there is only a comment, and before which the locator of Zip64 may be. */
export const MAX_TAIL = 20 + 22 + 0xffff;

/** Bytes of Zip64's record and of a member's header without its name. */
export const RECORD_64_BYTES = 56;
export const HEADER_BYTES = 30;

const END = 0x06054b50;
const END_64_LOCATOR = 0x07064b50;
const END_64 = 0x06064b50;
const ENTRY = 0x02014b50;
const HEADER = 0x04034b50;
const FULL_32 = 0xffffffff;

/** Offset of the end record in the last bytes of an archive, {@link MAX_TAIL} of them where it has so many. */
export function findEnd(tail: Uint8Array): number {
  const view = dataView(tail);
  for (let at = tail.length - 22; at >= 0; at--) if (view.getUint32(at, true) === END) return at;
  throw damaged('archive', 'a zip archive', 'no directory at its end');
}

export function locateDirectory(tail: Uint8Array): DirectoryPlace {
  const end = findEnd(tail);
  const view = dataView(tail);
  const place = { length: view.getUint32(end + 12, true), offset: view.getUint32(end + 16, true) };
  if (place.length !== FULL_32 && place.offset !== FULL_32) return place;
  if (end < 20 || view.getUint32(end - 20, true) !== END_64_LOCATOR) throw noDirectory64();
  return { record64: Number(view.getBigUint64(end - 12, true)) };
}

/** `record` holds the {@link RECORD_64_BYTES} where {@link locateDirectory} found Zip64's record. */
export function locateDirectory64(record: Uint8Array): { readonly offset: number; readonly length: number } {
  const view = dataView(record);
  if (view.getUint32(0, true) !== END_64) throw noDirectory64();
  return { length: Number(view.getBigUint64(40, true)), offset: Number(view.getBigUint64(48, true)) };
}

/**
 * All entries of the directory, which is `bytes`, in its order. Throws {@link ModelFormatError} for names that lead out of
 * the archive and for places and sizes outside its `archiveSize` bytes.
 */
export function readDirectory(bytes: Uint8Array, archiveSize: number): ZipEntry[] {
  const view = dataView(bytes);
  const entries: ZipEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== ENTRY) {
      throw damaged('archive', 'a directory entry', 'something else');
    }
    const nameEnd = at + 46 + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const next = extraEnd + view.getUint16(at + 32, true);
    if (next > bytes.length) throw damaged('archive', 'a whole directory', 'one that ends early');
    const name = new TextDecoder().decode(bytes.subarray(at + 46, nameEnd));
    entries.push(readEntry(view, at, name, dataView(bytes.subarray(nameEnd, extraEnd)), archiveSize));
    at = next;
  }
  return entries;
}

/** Where the data of a member begin; `header` holds the {@link HEADER_BYTES} at its `headerOffset`. */
export function dataOffset({ name, headerOffset }: ZipEntry, header: Uint8Array): number {
  const view = dataView(header);
  if (header.length < HEADER_BYTES || view.getUint32(0, true) !== HEADER) {
    throw damaged(name, 'a member header', 'something else');
  }
  return headerOffset + HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
}

function readEntry(view: DataView, at: number, name: string, extra: DataView, archiveSize: number): ZipEntry {
  if (/^[/\\]|^[a-z]:|\\|\0/i.test(name) || name.split('/').includes('..')) {
    throw damaged(JSON.stringify(name), 'names inside the archive', 'one that leads out of it');
  }
  if ((view.getUint16(at + 8, true) & 1) !== 0) {
    throw new UnsupportedModelError('encrypted archives are not supported', { place: name, hint: 'Unpack it first.' });
  }
  const method = view.getUint16(at + 10, true);
  if (method !== 0 && method !== 8) {
    throw new UnsupportedModelError('the compression of a member is not supported', {
      place: name,
      expected: 'stored or deflated',
      got: `method ${method}`,
    });
  }
  const wide = values64(extra);
  const field = (offset: number): number => {
    const value = view.getUint32(at + offset, true);
    return value === FULL_32 ? (wide.shift() ?? value) : value;
  };
  const [size, packedSize, headerOffset] = [field(24), field(20), field(42)];
  const room = archiveSize - headerOffset - HEADER_BYTES;
  if (room < 0) throw damaged(name, 'a place inside the archive', `byte ${headerOffset}`);
  if (packedSize > room) throw damaged(name, `at most ${room} bytes`, `${packedSize} bytes`);
  if (method === 0 && size !== packedSize) throw damaged(name, `${packedSize} bytes`, `${size} bytes`);
  const checksum = view.getUint32(at + 16, true);
  return {
    ...{ name, method: method === 0 ? 'stored' : 'deflated', checksum },
    ...{ packedSize, size, headerOffset, entryOffset: at },
  };
}

/** The 64-bit values that stand for full 32-bit fields, in the order size, packed size, offset. */
function values64(extra: DataView): number[] {
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

export function damaged(place: string, expected: string, got: string): ModelFormatError {
  return new ModelFormatError('the archive is damaged', { place, expected, got });
}

function noDirectory64(): ModelFormatError {
  return damaged('archive', 'the directory of a large archive', 'none');
}
