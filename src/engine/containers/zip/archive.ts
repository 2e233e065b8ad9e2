/**
 * @file Zip archives in memory: reads members with all sizes and checksums checked, and replaces some members without
 * touching the others.
 */
import { deflateSync, inflateSync } from 'fflate';
import { crc32 } from '../../support/crc32';
import { dataView } from '../../support/dataView';
import { UnsupportedModelError } from '../../support/errors';
import {
  damaged,
  dataOffset,
  findEnd,
  HEADER_BYTES,
  locateDirectory,
  MAX_TAIL,
  readDirectory,
  type ZipEntry,
} from './directory';

export interface ArchiveMember extends ZipEntry {
  readonly dataStart: number;
}

export interface Archive {
  readonly bytes: Uint8Array;
  /** In the order of their place in the file. */
  readonly members: readonly ArchiveMember[];
  readonly directory: { readonly start: number; readonly end: number };
}

const MAX_MEMBERS = 10_000;
/** zlib cannot do better. */
const MAX_DEFLATE_RATIO = 1032;

/** Throws {@link ModelFormatError} where names, sizes or places cannot be right; nothing is unpacked yet. */
export function openArchive(bytes: Uint8Array): Archive {
  const tail = bytes.subarray(Math.max(0, bytes.length - MAX_TAIL));
  const place = locateDirectory(tail);
  if ('record64' in place) throw new UnsupportedModelError('archives of 4 GB and more are not supported');
  const directory = { start: place.offset, end: place.offset + place.length };
  if (directory.end > bytes.length - tail.length + findEnd(tail)) {
    throw damaged('archive', 'a directory inside the file', 'one that reaches beyond');
  }
  const entries = readDirectory(bytes.subarray(directory.start, directory.end), directory.start);
  if (entries.length > MAX_MEMBERS) throw damaged('archive', `at most ${MAX_MEMBERS} members`, `${entries.length}`);
  const members = entries
    .map((entry) => {
      const header = bytes.subarray(entry.headerOffset, entry.headerOffset + HEADER_BYTES);
      return { ...entry, dataStart: dataOffset(entry, header) };
    })
    .sort((a, b) => a.headerOffset - b.headerOffset);
  members.forEach((member, i) => {
    const limit = members[i + 1]?.headerOffset ?? directory.start;
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
  const { size, packedSize, method, dataStart } = member;
  const limit = Math.min(maxBytes, packedSize * MAX_DEFLATE_RATIO);
  if (size > limit) throw damaged(name, `at most ${limit} bytes`, `${size} bytes`);
  const packed = archive.bytes.subarray(dataStart, dataStart + packedSize);
  const content = method === 'deflated' ? inflate(packed, size, name) : packed;
  if (crc32(content) !== member.checksum) throw damaged(name, 'data that fit their checksum', 'other data');
  return content;
}

/** The archive with other content in some members, by name. */
export function replaceMembers(archive: Archive, contents: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const { bytes, members, directory } = archive;
  const pieces: Uint8Array[] = [bytes.subarray(0, members[0]?.headerOffset ?? directory.start)];
  const entries = bytes.slice(directory.start, directory.end);
  const entryView = dataView(entries);
  let position = pieces[0]?.length ?? 0;
  for (const [i, member] of members.entries()) {
    const next = members[i + 1]?.headerOffset ?? directory.start;
    const entry = member.entryOffset;
    entryView.setUint32(entry + 42, position, true);
    const content = contents.get(member.name);
    const piece =
      content === undefined ? bytes.subarray(member.headerOffset, next) : pack(bytes, member, next, content);
    if (content !== undefined) {
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
  const end = findEnd(tail);
  dataView(tail).setUint32(end + 16, position, true);
  return concatenate([...pieces, entries, tail]);
}

/** Local header and data of a member with new content; as much room as before where it is as long, because what follows may be aligned. */
function pack(bytes: Uint8Array, member: ArchiveMember, next: number, content: Uint8Array): Uint8Array {
  const data = member.method === 'deflated' ? deflateSync(content) : content;
  const header = bytes.slice(member.headerOffset, member.dataStart);
  const view = dataView(header);
  // Bit 3 would announce the sizes behind the data; here they stand in front.
  view.setUint16(6, view.getUint16(6, true) & ~8, true);
  view.setUint32(14, crc32(content), true);
  view.setUint32(18, data.length, true);
  view.setUint32(22, content.length, true);
  const isAsLong = data.length === member.packedSize;
  return concatenate([header, data, ...(isAsLong ? [bytes.subarray(member.dataStart + data.length, next)] : [])]);
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
