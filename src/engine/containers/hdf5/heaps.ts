/**
 * @file Looks through the heaps of an HDF5 file, where names and texts are kept, before the library does: a heap whose
 * parts lead in a circle makes it walk for ever (HDF5 file format 3.0, sections III.D and III.E; lengths and addresses
 * have 8 bytes, as in all files that h5py writes).
 */
import { ModelFormatError } from '../../support/errors';

/** Fills `target` with the bytes of the file from `position`. */
export type ByteReader = (position: number, target: Uint8Array) => void;

/** Signature, version, three reserved bytes. */
const GLOBAL_HEAP = [0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0]; // GCOL
const LOCAL_HEAP = [0x48, 0x45, 0x41, 0x50, 0, 0, 0, 0]; // HEAP
const FILE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const SIGNATURE_BYTES = 8;

/** Bytes searched at once. */
const BLOCK = 1 << 20;

/** Throws a {@link ModelFormatError} unless every heap in a file of `size` bytes can be walked to its end. Reads all of it. */
export function checkHeaps(read: ByteReader, size: number): void {
  const file = new Words(read, size);
  // Addresses count from the signature of the file, which may stand behind a user block.
  const base = find(file, [FILE]).next().value?.start ?? 0;
  for (const { start, signature } of find(file, [GLOBAL_HEAP, LOCAL_HEAP])) {
    if (signature === GLOBAL_HEAP) checkGlobalHeap(file, start);
    else checkLocalHeap(file, start, base);
  }
}

/** Little-endian numbers anywhere in the file. */
class Words {
  readonly #view = new DataView(new ArrayBuffer(8));

  constructor(
    readonly read: ByteReader,
    readonly size: number,
  ) {}

  /** 8 bytes; beyond 2^53 only the magnitude is right, which is enough to see that it is too large. */
  long(offset: number): number {
    this.read(offset, new Uint8Array(this.#view.buffer));
    return Number(this.#view.getBigUint64(0, true));
  }

  /** 2 bytes. */
  short(offset: number): number {
    this.read(offset, new Uint8Array(this.#view.buffer, 0, 2));
    return this.#view.getUint16(0, true);
  }
}

interface Found {
  readonly start: number;
  readonly signature: readonly number[];
}

function* find({ read, size }: Words, signatures: readonly (readonly number[])[]): Generator<Found, void, undefined> {
  const buffer = new Uint8Array(Math.min(BLOCK, size));
  // Blocks overlap so that no signature is cut in two.
  for (let start = 0; start + SIGNATURE_BYTES <= size; start += BLOCK - SIGNATURE_BYTES + 1) {
    const block = buffer.subarray(0, size - start);
    read(start, block);
    for (const signature of signatures) {
      const [first = 0] = signature;
      for (let at = block.indexOf(first); at >= 0; at = block.indexOf(first, at + 1)) {
        if (signature.every((byte, i) => block[at + i] === byte)) yield { start: start + at, signature };
      }
    }
  }
}

/** Size of the collection, itself included, then one object after the other: index, count, 4 bytes, size, content. */
function checkGlobalHeap(file: Words, start: number): void {
  const header = 16;
  if (start + header > file.size) throw damaged(start);
  const end = start + file.long(start + 8);
  if (end > file.size) throw damaged(start);
  // The rest may be too small for another object; the library takes it as free.
  for (let object = start + header; object + header <= end;) {
    const index = file.short(object);
    const size = file.long(object + 8);
    // Index 0 is the free space, whose size includes its header.
    const step = index === 0 ? size : header + Math.ceil(size / 8) * 8;
    if (step < header || object + step > end) throw damaged(object);
    object += step;
  }
}

/** Size of the data, offset of the first free block in it, address; each free block has the offset of the next and its size. */
function checkLocalHeap(file: Words, start: number, base: number): void {
  const end = 1;
  if (start + 32 > file.size) throw damaged(start);
  const size = file.long(start + 8);
  const data = base + file.long(start + 24);
  let free = file.long(start + 16);
  // Blocks of 16 bytes at least cannot be more than fill the data; what lies outside the library refuses itself.
  for (let blocks = Math.min(size, file.size) / 16; free !== end && data + free + 16 <= file.size; blocks--) {
    if (blocks < 0) throw damaged(start);
    free = file.long(data + free);
  }
}

function damaged(offset: number): ModelFormatError {
  return new ModelFormatError('the HDF5 file is damaged', {
    expected: 'sound HDF5',
    got: `a broken heap at byte ${String(offset)}`,
  });
}
