/** @file Tables and vectors of FlatBuffers, with every place checked before it is read. */
import { dataView } from '../../support/dataView';
import { ModelFormatError } from '../../support/errors';
import type { Span } from '../wire';

/** Far above what converters write. */
const MAX_ENTRIES = 1 << 20;
const MAX_TEXT = 1 << 16;
const utf8 = new TextDecoder();

/** A table; fields are named by their place in the schema. Absent ones have the schema's default, which the caller gives. */
export class Table {
  private constructor(
    private readonly bytes: Uint8Array,
    private readonly view: DataView,
    private readonly at: number,
  ) {}

  /** The table that the file begins with. */
  static root(bytes: Uint8Array): Table {
    const view = dataView(bytes);
    if (bytes.length < 8) throw damaged(0);
    return new Table(bytes, view, view.getUint32(0, true));
  }

  int32(field: number, fallback = 0): number {
    const at = this.#find(field, 4);
    return at === undefined ? fallback : this.view.getInt32(at, true);
  }

  int8(field: number, fallback = 0): number {
    const at = this.#find(field, 1);
    return at === undefined ? fallback : this.view.getInt8(at);
  }

  float(field: number, fallback = 0): number {
    const at = this.#find(field, 4);
    return at === undefined ? fallback : this.view.getFloat32(at, true);
  }

  flag(field: number): boolean {
    return this.int8(field) !== 0;
  }

  text(field: number): string {
    const span = this.#vector(field, 1);
    if (span === undefined) return '';
    if (span.end - span.start > MAX_TEXT) throw damaged(span.start);
    return utf8.decode(this.bytes.subarray(span.start, span.end));
  }

  table(field: number): Table | undefined {
    const at = this.#find(field, 4);
    return at === undefined ? undefined : new Table(this.bytes, this.view, this.#target(at));
  }

  tables(field: number): Table[] {
    return this.#elements(field, 4, (at) => new Table(this.bytes, this.view, this.#target(at)));
  }

  int32s(field: number): number[] {
    return this.#elements(field, 4, (at) => this.view.getInt32(at, true));
  }

  int64s(field: number): number[] {
    return this.#elements(field, 8, (at) => Number(this.view.getBigInt64(at, true)));
  }

  floats(field: number): number[] {
    return this.#elements(field, 4, (at) => this.view.getFloat32(at, true));
  }

  /** Where a vector of bytes lies in the file. */
  span(field: number): Span | undefined {
    return this.#vector(field, 1);
  }

  /** Where the value of a field stands; `undefined` where the table leaves it out. */
  #find(field: number, size: number): number | undefined {
    this.#check(this.at, 4);
    const vtable = this.at - this.view.getInt32(this.at, true);
    this.#check(vtable, 4);
    const place = 4 + 2 * field;
    if (place + 2 > this.view.getUint16(vtable, true)) return undefined;
    this.#check(vtable + place, 2);
    const offset = this.view.getUint16(vtable + place, true);
    if (offset === 0) return undefined;
    this.#check(this.at + offset, size);
    return this.at + offset;
  }

  #target(at: number): number {
    return at + this.view.getUint32(at, true);
  }

  /** The elements of a vector, `size` bytes each. */
  #vector(field: number, size: number): Span | undefined {
    const at = this.#find(field, 4);
    if (at === undefined) return undefined;
    const start = this.#target(at);
    this.#check(start, 4);
    const length = this.view.getUint32(start, true) * size;
    this.#check(start + 4, length);
    return { start: start + 4, end: start + 4 + length };
  }

  #elements<T>(field: number, size: number, read: (at: number) => T): T[] {
    const { start, end } = this.#vector(field, size) ?? { start: 0, end: 0 };
    const count = (end - start) / size;
    if (count > MAX_ENTRIES) throw damaged(start);
    return Array.from({ length: count }, (_, i) => read(start + i * size));
  }

  #check(at: number, length: number): void {
    if (at < 0 || at + length > this.bytes.length) throw damaged(at);
  }
}

function damaged(at: number): ModelFormatError {
  return new ModelFormatError(`the data is damaged at byte ${at}: it points out of the file`);
}
