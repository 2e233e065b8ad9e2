/** @file Protobuf at the level of fields and their places in the file; weights are patched by these offsets. */
import { dataView } from '../support/dataView';
import { Reader } from 'protobufjs/minimal';
import { ModelFormatError } from '../support/errors';

/** Bytes `[start, end)` of the file. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Wire types of protobuf that ONNX uses. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/** One field of a message: its number, its wire type, and where its value stands (a length prefix is not part of it). */
export interface Field extends Span {
  readonly number: number;
  readonly wire: number;
  /** Offset of the tag. */
  readonly tag: number;
}

/** 64 bits in groups of seven. */
const MAX_VARINT_BYTES = 10;

/** Longest name, path or other text of a model. */
export const MAX_TEXT_BYTES = 4096;

/** Far above what exporters write; bounds the memory and time that a hostile file can claim. */
const MAX_FIELDS = 1 << 22;
const MAX_LIST = 1 << 20;

const utf8 = new TextDecoder();

/** A file in the wire format of protobuf. Every method throws {@link ModelFormatError} where it is damaged. */
export class Wire {
  readonly #view: DataView;
  #visited = 0;

  constructor(readonly bytes: Uint8Array) {
    this.#view = dataView(bytes);
  }

  /** The whole file. */
  get all(): Span {
    return { start: 0, end: this.bytes.length };
  }

  /** The fields of the message that fills `span`, in file order. */
  *fields(span: Span): Generator<Field, void, undefined> {
    const reader = new Reader(this.bytes);
    reader.pos = span.start;
    reader.len = span.end;
    while (reader.pos < span.end) {
      if (++this.#visited > MAX_FIELDS) throw damaged(reader.pos, 'it has too many parts');
      yield nextField(reader);
    }
  }

  /** The last length-delimited field with this number. */
  child(span: Span, number: number): Field | undefined {
    let found: Field | undefined;
    for (const field of this.fields(span)) if (field.number === number && field.wire === BYTES) found = field;
    return found;
  }

  /** The value of a varint as a signed 64-bit number. */
  int64(varint: Span): bigint {
    let value = 0n;
    for (let i = varint.end - 1; i >= varint.start; i--) value = (value << 7n) | BigInt((this.bytes[i] ?? 0) & 127);
    return BigInt.asIntN(64, value);
  }

  /** The value of a varint as a number; beyond ±2^53 only its magnitude is right. */
  integer(varint: Span): number {
    return varint.end - varint.start === 1 ? (this.bytes[varint.start] ?? 0) : Number(this.int64(varint));
  }

  /** The numbers of one occurrence of a repeated integer field: a single one, or packed. */
  integers(field: Field): number[] {
    if (field.wire === VARINT) return [this.integer(field)];
    const values: number[] = [];
    for (const varint of this.varints(field)) {
      if (values.length === MAX_LIST) throw damaged(field.start, 'a list is too long');
      values.push(this.integer(varint));
    }
    return values;
  }

  /** The varints that fill `span`, one span each. */
  *varints(span: Span): Generator<Span, void, undefined> {
    let start = span.start;
    while (start < span.end) {
      let end = start;
      while (end < span.end && (this.bytes[end] ?? 0) >= 128) end++;
      if (end === span.end || end - start >= MAX_VARINT_BYTES) throw damaged(start, 'a number is cut off');
      yield { start, end: ++end };
      start = end;
    }
  }

  /** The little-endian 32-bit floats that fill `span`. */
  floats(span: Span): number[] {
    const count = (span.end - span.start) / 4;
    if (!Number.isInteger(count) || count > MAX_LIST) throw damaged(span.start, 'a list of floats has a wrong length');
    return Array.from({ length: count }, (_, i) => this.#view.getFloat32(span.start + 4 * i, true));
  }

  /** Names, paths and other short text. */
  text(span: Span, most = MAX_TEXT_BYTES): string {
    if (span.end - span.start > most) throw damaged(span.start, 'a name is too long');
    return utf8.decode(this.bytes.subarray(span.start, span.end));
  }
}

function nextField(reader: Reader): Field {
  const tag = reader.pos;
  try {
    const key = reader.tag();
    const wire = key & 7;
    const length = wire === BYTES ? reader.size() : undefined;
    const start = reader.pos;
    if (wire === VARINT) skipVarint(reader);
    else if (wire === FIXED64) reader.skip(8);
    else if (wire === FIXED32) reader.skip(4);
    else if (length !== undefined && length <= reader.len - start) reader.pos = start + length;
    else throw damaged(tag, 'a field reaches beyond its message');
    if (key >>> 3 === 0) throw damaged(tag, 'a field has number 0');
    return { number: key >>> 3, wire, tag, start, end: reader.pos };
  } catch (error) {
    if (error instanceof ModelFormatError) throw error;
    throw damaged(tag, error instanceof Error ? error.message : String(error));
  }
}

function skipVarint(reader: Reader): void {
  const start = reader.pos;
  reader.skip();
  if (reader.pos - start > MAX_VARINT_BYTES) throw damaged(start, 'a number is too long');
}

/** A {@link ModelFormatError} about the bytes at `offset`. */
export function damaged(offset: number, why: string): ModelFormatError {
  return new ModelFormatError(`the data is damaged at byte ${String(offset)}: ${why}`);
}
