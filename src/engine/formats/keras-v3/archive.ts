/**
 * @file Zip archives (PKWARE APPNOTE 6.3.10) of stored and deflated members: reads one with all sizes checked first,
 * and replaces one member without touching the others.
 */
import { deflateSync, inflateSync } from 'fflate';
import { ModelFormatError, UnsupportedModelError } from '../../errors';
import { crc32 } from './crc32';

export interface ArchiveMember {
  readonly name: string;
  readonly deflated: boolean;
  readonly checksum: number;
  /** Bytes in the archive. */
  readonly packedSize: number;
  readonly size: number;
  /** Where its local header begins and where its data do. */
  readonly start: number;
  readonly dataStart: number;
  /** Where its entry in the central directory begins. */
  readonly entry: number;
}

export interface Archive {
  readonly bytes: Uint8Array;
  /** In the order of their place in the file. */
  readonly members: readonly ArchiveMember[];
  readonly directory: { readonly start: number; readonly end: number };
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const MAX_MEMBERS = 10_000;
/** zlib cannot do better. */
const MAX_DEFLATE_RATIO = 1032;
const FULL_16 = 0xffff;
const FULL_32 = 0xffffffff;

/** Throws {@link ModelFormatError} where names, sizes or places cannot be right; nothing is unpacked yet. */
export function openArchive(bytes: Uint8Array): Archive {
  const view = dataView(bytes);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  if (count === FULL_16 || start === FULL_32)
    throw new UnsupportedModelError('archives of 4 GB and more are not supported');
  if (count > MAX_MEMBERS) throw damaged('archive', `at most ${MAX_MEMBERS} members`, `${count}`);
  const directory = { start, end: start + view.getUint32(end + 12, true) };
  if (directory.end > end) throw damaged('archive', 'a directory inside the file', 'one that reaches beyond');

  const members: ArchiveMember[] = [];
  let at = directory.start;
  for (let i = 0; i < count; i++) {
    const { member, next } = readEntry(bytes, view, at, directory.end);
    members.push(member);
    at = next;
  }
  members.sort((a, b) => a.start - b.start);
  members.forEach((member, i) => {
    const limit = members[i + 1]?.start ?? directory.start;
    if (member.dataStart + member.packedSize > limit) {
      throw damaged(member.name, `at most ${limit - member.dataStart} bytes`, `${member.packedSize} bytes`);
    }
  });
  const names = members.map((member) => member.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw damaged(twice, 'one member of that name', 'two');
  return { bytes, members, directory };
}

/** The unpacked bytes of a member; `undefined` where there is none. Sizes and checksum are verified. */
export function readMember(archive: Archive, name: string, maxBytes: number): Uint8Array | undefined {
  const member = archive.members.find((candidate) => candidate.name === name);
  if (member === undefined) return undefined;
  const { size, packedSize, deflated, dataStart } = member;
  const limit = Math.min(maxBytes, deflated ? packedSize * MAX_DEFLATE_RATIO : packedSize);
  if (size > limit || (!deflated && size !== packedSize))
    throw damaged(name, `at most ${limit} bytes`, `${size} bytes`);
  const packed = archive.bytes.subarray(dataStart, dataStart + packedSize);
  const content = deflated ? inflate(packed, size, name) : packed;
  if (crc32(content) !== member.checksum) throw damaged(name, 'data that fit their checksum', 'other data');
  return content;
}

/** The archive with other content in one member. */
export function replaceMember(archive: Archive, name: string, content: Uint8Array): Uint8Array {
  const { bytes, members, directory } = archive;
  const pieces: Uint8Array[] = [bytes.subarray(0, members[0]?.start ?? directory.start)];
  const entries = bytes.slice(directory.start, directory.end);
  const entryView = dataView(entries);
  let position = pieces[0]?.length ?? 0;
  for (const [i, member] of members.entries()) {
    const next = members[i + 1]?.start ?? directory.start;
    const entry = member.entry - directory.start;
    entryView.setUint32(entry + 42, position, true);
    const piece = member.name === name ? pack(bytes, member, content) : bytes.subarray(member.start, next);
    if (member.name === name) {
      // Flags, checksum and sizes of the new local header also stand in the directory.
      const local = dataView(piece);
      entryView.setUint16(entry + 8, local.getUint16(6, true), true);
      for (const offset of [0, 4, 8])
        entryView.setUint32(entry + 16 + offset, local.getUint32(14 + offset, true), true);
    }
    pieces.push(piece);
    position += piece.length;
  }
  const tail = bytes.slice(directory.end);
  const end = findEnd(dataView(tail));
  dataView(tail).setUint32(end + 16, position, true);
  return concatenate([...pieces, entries, tail]);
}

/** Local header and data of a member with new content. */
function pack(bytes: Uint8Array, member: ArchiveMember, content: Uint8Array): Uint8Array {
  const data = member.deflated ? deflateSync(content) : content;
  const header = bytes.slice(member.start, member.dataStart);
  const view = dataView(header);
  // Bit 3 would announce the sizes behind the data; here they stand in front.
  view.setUint16(6, view.getUint16(6, true) & ~8, true);
  view.setUint32(14, crc32(content), true);
  view.setUint32(18, data.length, true);
  view.setUint32(22, content.length, true);
  return concatenate([header, data]);
}

function readEntry(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
): { member: ArchiveMember; next: number } {
  if (at + 46 > end || view.getUint32(at, true) !== ENTRY)
    throw damaged('archive', 'a directory entry', 'something else');
  const nameLength = view.getUint16(at + 28, true);
  const next = at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  if (next > end) throw damaged('archive', 'a whole directory', 'one that ends early');
  const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
  if (/^[/\\]|^[a-z]:|\\|\0/i.test(name) || name.split('/').includes('..')) {
    throw damaged(JSON.stringify(name), 'names inside the archive', 'one that leads out of it');
  }
  if ((view.getUint16(at + 8, true) & 1) !== 0)
    throw new UnsupportedModelError('encrypted archives are not supported', { place: name });
  const method = view.getUint16(at + 10, true);
  if (method !== 0 && method !== 8) {
    throw new UnsupportedModelError('the compression of a member is not supported', {
      place: name,
      expected: 'stored or deflated',
      got: `method ${method}`,
    });
  }
  const start = view.getUint32(at + 42, true);
  if (start + 30 > end || view.getUint32(start, true) !== LOCAL)
    throw damaged(name, 'a member header', 'something else');
  const member = {
    name,
    deflated: method === 8,
    checksum: view.getUint32(at + 16, true),
    packedSize: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    start,
    dataStart: start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true),
    entry: at,
  };
  return { member, next };
}

function findEnd(view: DataView): number {
  // Behind the end record of 22 bytes there is only a comment of at most 65535 bytes.
  const lowest = Math.max(0, view.byteLength - 22 - FULL_16);
  for (let at = view.byteLength - 22; at >= lowest; at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw damaged('archive', 'a zip archive', 'no directory at its end');
}

function inflate(packed: Uint8Array, size: number, name: string): Uint8Array {
  try {
    return inflateSync(packed, { out: new Uint8Array(size) });
  } catch (cause) {
    throw damaged(name, 'deflated data', cause instanceof Error ? cause.message : 'something else');
  }
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0));
  let position = 0;
  for (const piece of pieces) {
    result.set(piece, position);
    position += piece.length;
  }
  return result;
}

function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(place: string, expected: string, got: string): ModelFormatError {
  return new ModelFormatError('the archive is damaged', { place, expected, got });
}
