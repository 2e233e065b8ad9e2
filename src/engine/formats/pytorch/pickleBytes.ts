/** @file What stands in the bytes of a pickle: numbers, texts and lines, one after the other, never beyond their end. */
import { dataView } from '../../support/dataView';
import { ModelFormatError } from '../../support/errors';

/** PyTorch's largest is its magic number of 10 bytes. */
const MAX_LONG = 64;

export class PickleBytes {
  readonly #view: DataView;
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.#view = dataView(bytes);
  }

  /** Bytes that were read so far. */
  get length(): number {
    return this.#at;
  }

  uint8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  uint64(): number {
    return Number(this.#view.getBigUint64(this.#skip(8), true));
  }

  /** The one number that is big-endian. */
  float64(): number {
    return this.#view.getFloat64(this.#skip(8));
  }

  /** Little-endian two's complement; beyond 2⁵³ rounded, as nothing here needs more. */
  integer(length: number): number {
    if (length > MAX_LONG) throw damaged(`a number of at most ${MAX_LONG} bytes`, `${length} bytes`);
    const value = this.take(length).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    return Number(BigInt.asIntN(8 * length, value));
  }

  take(length: number): Uint8Array {
    const at = this.#skip(length);
    return this.bytes.subarray(at, this.#at);
  }

  text(length: number): string {
    return new TextDecoder().decode(this.take(length));
  }

  /** Without its end. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw damaged('a whole pickle', 'one that ends early');
    const line = this.text(end - this.#at);
    this.#skip(1);
    return line;
  }

  /** Moves on; returns where it was. */
  #skip(count: number): number {
    const at = this.#at;
    if (count > this.bytes.length - at) throw damaged('a whole pickle', 'one that ends early');
    this.#at += count;
    return at;
  }
}

export function damaged(expected: string, got: string): ModelFormatError {
  return new ModelFormatError('the pickled objects are damaged', { expected, got });
}
