/**
 * @file Looks through the heaps of an HDF5 file, where names and texts are kept, before the library does: a heap whose
 * parts lead in a circle makes it walk for ever (HDF5 file format 3.0, sections III.D and III.E; lengths and addresses
 * have 8 bytes, as everywhere in files of Keras).
 */
import { ModelFormatError } from '../../errors';

/** Signature, version, three reserved bytes. */
const GLOBAL_HEAP = [0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0]; // GCOL
const LOCAL_HEAP = [0x48, 0x45, 0x41, 0x50, 0, 0, 0, 0]; // HEAP
const FILE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Throws a {@link ModelFormatError} unless every heap in the file can be walked to its end. */
export function checkHeaps(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const start of find(bytes, GLOBAL_HEAP)) checkGlobalHeap(view, start);
  // Addresses count from the signature of the file, which may stand behind a user block.
  const base = find(bytes, FILE).next().value ?? 0;
  for (const start of find(bytes, LOCAL_HEAP)) checkLocalHeap(view, start, base);
}

function* find(bytes: Uint8Array, signature: readonly number[]): Generator<number, void, undefined> {
  const [first = 0] = signature;
  for (let start = bytes.indexOf(first); start >= 0; start = bytes.indexOf(first, start + 1)) {
    if (signature.every((byte, i) => bytes[start + i] === byte)) yield start;
  }
}

/** Size of the collection, itself included, then one object after the other: index, count, 4 bytes, size, content. */
function checkGlobalHeap(view: DataView, start: number): void {
  const header = 16;
  if (start + header > view.byteLength) throw damaged(start);
  const end = start + word(view, start + 8);
  if (end > view.byteLength) throw damaged(start);
  // The rest may be too small for another object; the library takes it as free.
  for (let object = start + header; object + header <= end;) {
    const index = view.getUint16(object, true);
    const size = word(view, object + 8);
    // Index 0 is the free space, whose size includes its header.
    const step = index === 0 ? size : header + Math.ceil(size / 8) * 8;
    if (step < header || object + step > end) throw damaged(object);
    object += step;
  }
}

/** Size of the data, offset of the first free block in it, address; each free block has the offset of the next and its size. */
function checkLocalHeap(view: DataView, start: number, base: number): void {
  const end = 1;
  if (start + 32 > view.byteLength) throw damaged(start);
  const size = word(view, start + 8);
  const data = base + word(view, start + 24);
  let free = word(view, start + 16);
  // Blocks of 16 bytes at least cannot be more than fill the data; what lies outside the library refuses itself.
  for (
    let blocks = Math.min(size, view.byteLength) / 16;
    free !== end && data + free + 16 <= view.byteLength;
    blocks--
  ) {
    if (blocks < 0) throw damaged(start);
    free = word(view, data + free);
  }
}

/** Beyond 2^53 only the magnitude is right, which is enough to see that it is too large. */
function word(view: DataView, offset: number): number {
  return Number(view.getBigUint64(offset, true));
}

function damaged(offset: number): ModelFormatError {
  return new ModelFormatError('the HDF5 file is damaged', {
    expected: 'sound HDF5',
    got: `a broken heap at byte ${String(offset)}`,
  });
}
