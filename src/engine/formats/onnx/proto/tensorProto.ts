/** @file TensorProto: shape and type of a weight, and where its elements stand. */
import { ModelFormatError } from '../../../support/errors';
import { DATA_TYPE } from './elementType';
import { BYTES, FIXED32, FIXED64, VARINT, damaged, type Field, type Span, type Wire } from '../../wire';

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** TensorProto.DataType. */
  readonly dataType: number;
  readonly source: TensorSource;
}

/** Where the elements of a tensor stand. */
export type TensorSource =
  /** In the model file, little-endian: the spans together (`raw_data`, `float_data`, `double_data`); none if it is empty. */
  | { readonly kind: 'bytes'; readonly spans: readonly Span[] }
  /** In the model file as varints. `packed`: all in one length-delimited field, `spans[0]`. */
  | { readonly kind: 'varints'; readonly spans: readonly Span[]; readonly packed: boolean }
  /** In another file of the model's folder, little-endian. */
  | ({ readonly kind: 'external' } & ExternalSource);

export interface ExternalSource {
  /** Path relative to the model's folder, as the file has it. */
  readonly location: string;
  /** Where the path stands in the model file. */
  readonly locationSpan: Span;
  readonly offset: number;
  readonly length: number | undefined;
}

const MAX_RANK = 64;

const RAW_DATA = 9;
/** The other data fields, with the wire type of a single element. */
const TYPED_DATA: ReadonlyMap<number, number> = new Map([
  [4, FIXED32], // float_data
  [10, FIXED64], // double_data
  [5, VARINT], // int32_data
  [7, VARINT], // int64_data
  [11, VARINT], // uint64_data
]);

export function parseTensor(wire: Wire, span: Span): OnnxTensor {
  let name = '';
  let dataType = 0;
  let isExternal = false;
  const dims: number[] = [];
  const entries: Span[] = [];
  const data: Field[] = [];
  for (const field of wire.fields(span)) {
    if (field.number === RAW_DATA ? field.wire === BYTES : isTypedData(field)) data.push(field);
    else if (field.number === 1 && field.wire === VARINT) dims.push(wire.integer(field));
    else if (field.number === 1 && field.wire === BYTES) dims.push(...wire.integers(field).slice(0, MAX_RANK + 1));
    else if (field.number === 2 && field.wire === VARINT) dataType = wire.integer(field);
    else if (field.number === 14 && field.wire === VARINT) isExternal = wire.integer(field) === 1;
    else if (field.number === 8 && field.wire === BYTES) name = wire.text(field);
    else if (field.number === 13 && field.wire === BYTES) entries.push(field);
    if (dims.length > MAX_RANK) throw damaged(field.tag, 'a weight has too many dimensions');
  }
  const filled = data.filter((field) => field.end > field.start);
  if (!isExternal) return { name, dims, dataType, source: storedIn(name, dataType, filled) };
  if (filled.length > 0) throw ambiguous(name);
  return { name, dims, dataType, source: parseExternal(wire, name, entries) };
}

function isTypedData(field: Field): boolean {
  const single = TYPED_DATA.get(field.number);
  return single !== undefined && (field.wire === single || field.wire === BYTES);
}

function storedIn(name: string, dataType: number, data: readonly Field[]): TensorSource {
  const [first] = data;
  if (first === undefined) return { kind: 'bytes', spans: [] };
  // Repeated fields add up; of `raw_data` readers take the last, and no exporter writes two.
  const single = first.number !== RAW_DATA || data.length === 1;
  if (!single || data.some((field) => field.number !== first.number)) throw ambiguous(name);
  if (TYPED_DATA.get(first.number) === VARINT) {
    return { kind: 'varints', spans: data, packed: data.length === 1 && first.wire === BYTES };
  }
  const declared = first.number === 4 ? DATA_TYPE.float32 : first.number === 10 ? DATA_TYPE.float64 : dataType;
  if (declared === dataType) return { kind: 'bytes', spans: data };
  throw new ModelFormatError('a weight is stored as another type than it declares', { place: `"${name}"` });
}

function ambiguous(name: string): ModelFormatError {
  return new ModelFormatError('a weight has its data in two places at once', { place: `"${name}"` });
}

function parseExternal(wire: Wire, name: string, entries: readonly Span[]): TensorSource {
  const found = new Map<string, Span>();
  for (const entry of entries) {
    const key = wire.child(entry, 1);
    const value = wire.child(entry, 2);
    const keyText = key === undefined ? '' : wire.text(key);
    if (found.has(keyText)) throw ambiguous(name);
    if (value !== undefined) found.set(keyText, value);
  }
  const locationSpan = found.get('location');
  if (locationSpan === undefined) {
    throw new ModelFormatError('a weight in another file does not say in which', { place: `"${name}"` });
  }
  const count = (key: string): number | undefined => {
    const digits = found.get(key);
    return digits === undefined ? undefined : byteCount(name, key, wire.text(digits));
  };
  return {
    kind: 'external',
    location: wire.text(locationSpan),
    locationSpan,
    offset: count('offset') ?? 0,
    length: count('length'),
  };
}

function byteCount(name: string, key: string, digits: string): number {
  const value = Number(digits);
  if (/^\d+$/.test(digits) && Number.isSafeInteger(value)) return value;
  throw new ModelFormatError(`the ${key} of its data is wrong`, {
    place: `"${name}"`,
    expected: 'a whole number of bytes',
    got: `"${digits.slice(0, 40)}"`,
  });
}
