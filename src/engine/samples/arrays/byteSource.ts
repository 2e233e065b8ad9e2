/** @file Bytes at rest: a part of a file, or a compressed part that is unpacked as it is read. */
import { Gunzip, Inflate } from 'fflate';
import { SamplesError } from '../../support/errors';
import type { Files } from '../../support/files';

export interface ByteSource {
  /** File and member, for messages. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`; throws {@link SamplesError} where they are missing. Cheapest in ascending order. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Deflate cannot do better than this, so a larger claim is a lie. */
const MAX_DEFLATE_RATIO = 1032;

/** Bytes read from the file at once. */
const BLOCK = 1 << 20;

/** Bytes handed to the decoder at once; bounds what one step can unpack to about 17 MB. */
const STEP = 1 << 14;

/** The `size` bytes of a file from `start`. */
export function fileBytes(files: Files, path: string, start: number, size: number, name: string): ByteSource {
  return {
    name,
    size,
    async read(offset, length) {
      checkRange(name, size, offset, length);
      const bytes = await files.read(path, start + offset, length);
      if (bytes.length !== length) throw endsEarly(name, length, bytes.length);
      return bytes;
    },
  };
}

/** A whole file, unpacked when it is gzip. */
export async function openBytes(files: Files, path: string): Promise<ByteSource> {
  const name = files.baseName(path);
  const info = await files.info(path);
  if (info?.kind !== 'file') throw new SamplesError('the file does not exist', { file: name });
  const raw = fileBytes(files, path, 0, info.size, name);
  if (info.size < 18) return raw;
  const magic = await raw.read(0, 2);
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) return raw;
  // The last four bytes of a gzip file hold its unpacked size modulo 2^32 (RFC 1952).
  const tail = await raw.read(info.size - 4, 4);
  return unpackedBytes(raw, new DataView(tail.buffer, tail.byteOffset).getUint32(0, true), 'gzip');
}

/** Unpacks `packed`, which claims to hold `size` bytes; both a smaller and a larger content are errors. */
export function unpackedBytes(packed: ByteSource, size: number, encoding: 'deflate' | 'gzip'): ByteSource {
  if (size > packed.size * MAX_DEFLATE_RATIO) {
    throw new SamplesError('the compressed data claims an impossible size', {
      file: packed.name,
      expected: `at most ${packed.size * MAX_DEFLATE_RATIO} bytes`,
      got: `${size} bytes`,
    });
  }
  return new UnpackedBytes(packed, size, encoding);
}

class UnpackedBytes implements ByteSource {
  readonly name: string;
  #decoder: Inflate | Gunzip;
  /** Unpacked pieces not yet dropped; the first starts at `#start`. */
  #pieces: Uint8Array[] = [];
  #start = 0;
  #end = 0;
  #block = new Uint8Array(0);
  /** Position in the packed bytes of the next byte to decode, and of the start of `#block`. */
  #position = 0;
  #blockStart = 0;

  constructor(
    private readonly packed: ByteSource,
    readonly size: number,
    private readonly encoding: 'deflate' | 'gzip',
  ) {
    this.name = packed.name;
    this.#decoder = this.#freshDecoder();
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    checkRange(this.name, this.size, offset, length);
    if (offset < this.#start) this.#rewind();
    this.#drop(offset);
    while (this.#end < offset + length) {
      await this.#step();
      this.#drop(offset);
    }
    const bytes = new Uint8Array(length);
    let position = this.#start - offset;
    for (const piece of this.#pieces) {
      const from = Math.max(0, -position);
      if (position < length) bytes.set(piece.subarray(from, length - position), position + from);
      position += piece.length;
    }
    return bytes;
  }

  async #step(): Promise<void> {
    if (this.#position >= this.packed.size) throw endsEarly(this.name, this.size, this.#end);
    if (this.#position >= this.#blockStart + this.#block.length) {
      this.#blockStart = this.#position;
      this.#block = new Uint8Array(
        await this.packed.read(this.#position, Math.min(BLOCK, this.packed.size - this.#position)),
      );
    }
    const from = this.#position - this.#blockStart;
    const bytes = this.#block.subarray(from, from + STEP);
    this.#position += bytes.length;
    try {
      this.#decoder.push(bytes, this.#position === this.packed.size);
    } catch (cause) {
      throw new SamplesError('the compressed data is damaged', { file: this.name }, { cause });
    }
    if (this.#end > this.size) {
      throw new SamplesError('the compressed data holds more than it claims', {
        file: this.name,
        expected: `${this.size} bytes`,
        got: `${this.#end} bytes or more`,
      });
    }
  }

  /** Forgets pieces that lie before `offset`. */
  #drop(offset: number): void {
    for (let piece = this.#pieces[0]; piece !== undefined; piece = this.#pieces[0]) {
      if (this.#start + piece.length > offset) return;
      this.#start += piece.length;
      this.#pieces.shift();
    }
  }

  #rewind(): void {
    this.#decoder = this.#freshDecoder();
    this.#pieces = [];
    this.#start = this.#end = this.#position = this.#blockStart = 0;
    this.#block = new Uint8Array(0);
  }

  #freshDecoder(): Inflate | Gunzip {
    const onData = (piece: Uint8Array): void => {
      if (piece.length > 0) this.#pieces.push(piece);
      this.#end += piece.length;
    };
    return this.encoding === 'gzip' ? new Gunzip(onData) : new Inflate(onData);
  }
}

function checkRange(name: string, size: number, offset: number, length: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= size) return;
  throw endsEarly(name, offset + length, size);
}

function endsEarly(name: string, expected: number, got: number): SamplesError {
  return new SamplesError('the data ends early', { file: name, expected: `${expected} bytes`, got: `${got} bytes` });
}
