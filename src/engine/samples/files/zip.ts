/**
 * @file Zip archives of samples, read in place: only the directory and the members asked for are loaded, and nothing is
 * written to disk.
 */
import type { Files } from '../../support/files';
import {
  damaged,
  dataOffset,
  HEADER_BYTES,
  locateDirectory,
  locateDirectory64,
  MAX_TAIL,
  readDirectory,
  RECORD_64_BYTES,
  type ZipEntry,
} from '../../containers/zip/directory';
import { asSamplesError } from '../arrays/asSamplesError';
import { fileBytes, unpackedBytes, type ByteSource } from '../arrays/byteSource';

/** Directory bytes; about two million entries. */
const MAX_DIRECTORY = 1 << 28;

export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);
}

/** The files of an archive in directory order. Throws {@link SamplesError}. */
export async function readZipDirectory(files: Files, path: string): Promise<ZipEntry[]> {
  const file = files.baseName(path);
  const size = (await files.info(path))?.size ?? 0;
  const archive = fileBytes(files, path, 0, size, file);
  return asSamplesError(file, async () => {
    const tailStart = Math.max(0, size - MAX_TAIL);
    const place = locateDirectory(await archive.read(tailStart, size - tailStart));
    const { offset, length } =
      'record64' in place ? locateDirectory64(await archive.read(place.record64, RECORD_64_BYTES)) : place;
    if (length > MAX_DIRECTORY || offset + length > size) {
      throw damaged('archive', 'a directory inside the file', 'one that reaches beyond');
    }
    const entries = readDirectory(await archive.read(offset, length), size);
    return entries.filter(({ name }) => !name.endsWith('/'));
  });
}

/** The unpacked bytes of a member. */
export async function openEntry(files: Files, path: string, entry: ZipEntry): Promise<ByteSource> {
  const file = files.baseName(path);
  const start = await asSamplesError(file, async () =>
    dataOffset(entry, await files.read(path, entry.headerOffset, HEADER_BYTES)),
  );
  const packed = fileBytes(files, path, start, entry.packedSize, `${file}/${entry.name}`);
  return entry.method === 'stored' ? packed : unpackedBytes(packed, entry.size, 'deflate');
}
