/**
 * @file Looks through the global heaps of an HDF5 file, where text attributes are kept, before the library does: an
 * object of size zero in one makes the library walk on the spot for ever (HDF5 file format 3.0, section III.E; lengths
 * have 8 bytes, as everywhere in files of Keras).
 */
import { ModelFormatError } from '../../errors';

/** "GCOL", version 1, three reserved bytes; then the size of the collection, itself included. */
const HEADER = [0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0];
const HEADER_BYTES = 16;
const OBJECT_HEADER_BYTES = 16;

/** Throws a {@link ModelFormatError} unless every collection in the file can be walked to its end. */
export function checkGlobalHeaps(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = bytes.indexOf(0x47); start >= 0; start = bytes.indexOf(0x47, start + 1)) {
    if (HEADER.every((byte, i) => bytes[start + i] === byte)) checkCollection(view, start);
  }
}

function checkCollection(view: DataView, start: number): void {
  if (start + HEADER_BYTES > view.byteLength) throw damaged(start);
  const end = start + length(view, start + 8);
  if (end > view.byteLength) throw damaged(start);
  // The rest may be too small for another object; the library takes it as free.
  for (let object = start + HEADER_BYTES; object + OBJECT_HEADER_BYTES <= end;) {
    const index = view.getUint16(object, true);
    const size = length(view, object + 8);
    // Index 0 is the free space, whose size includes its header.
    const step = index === 0 ? size : OBJECT_HEADER_BYTES + Math.ceil(size / 8) * 8;
    if (step < OBJECT_HEADER_BYTES || object + step > end) throw damaged(object);
    object += step;
  }
}

/** Beyond 2^53 only the magnitude is right, which is enough to see that it is too large. */
function length(view: DataView, offset: number): number {
  return Number(view.getBigUint64(offset, true));
}

function damaged(offset: number): ModelFormatError {
  return new ModelFormatError('the HDF5 file is damaged', {
    expected: 'sound HDF5',
    got: `a broken heap of texts at byte ${String(offset)}`,
  });
}
