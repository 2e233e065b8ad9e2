/** @file TensorProto: shape and type of a weight, and where its elements stand. */
import { ModelFormatError } from '../../errors';
import { BYTES, FIXED32, FIXED64, VARINT, damaged, type Span, type Wire } from './wire';

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** TensorProto.DataType. */
  readonly dataType: number;
  readonly source: TensorSource;
}

/** Where the elements of a tensor stand. */
export type TensorSource =
  | { readonly kind: 'none' }
  /** Little-endian elements in `raw_data`. */
  | { readonly kind: 'raw'; readonly span: Span }
  /** `float_data` or `double_data`: the spans together hold little-endian 4- or 8-byte floats. */
  | { readonly kind: 'floats'; readonly bytesPerElement: 4 | 8; readonly spans: readonly Span[] }
  /** `int32_data`, `int64_data` or `uint64_data`. `packed`: all in the one length-delimited field `spans[0]`. */
  | { readonly kind: 'varints'; readonly spans: readonly Span[]; readonly packed: boolean }
  /** In another file of the model's folder. */
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

/** The typed data fields: wire type of a single element, and how the elements are stored. */
const TYPED_FIELDS: ReadonlyMap<number, { wire: number; kind: 'floats' | 'varints'; bytes: 4 | 8 }> = new Map([
  [4, { wire: FIXED32, kind: 'floats', bytes: 4 }],
  [10, { wire: FIXED64, kind: 'floats', bytes: 8 }],
  [5, { wire: VARINT, kind: 'varints', bytes: 4 }],
  [7, { wire: VARINT, kind: 'varints', bytes: 8 }],
  [11, { wire: VARINT, kind: 'varints', bytes: 8 }],
]);

export function parseTensor(wire: Wire, span: Span): OnnxTensor {
  let name = '';
  let dataType = 0;
  let isExternal = false;
  let raw: Span | undefined;
  const dims: number[] = [];
  const entries: Span[] = [];
  const typed = new Map<number, { spans: Span[]; packed: boolean }>();
  for (const field of wire.fields(span)) {
    const typedField = TYPED_FIELDS.get(field.number);
    if (typedField !== undefined && (field.wire === BYTES || field.wire === typedField.wire)) {
      const data = typed.get(field.number) ?? { spans: [], packed: field.wire === BYTES };
      data.spans.push(field);
      typed.set(field.number, data);
    } else if (field.number === 1 && (field.wire === VARINT || field.wire === BYTES)) dims.push(...wire.integers(field).slice(0, MAX_RANK + 1));
    else if (field.number === 2 && field.wire === VARINT) dataType = wire.integer(field);
    else if (field.number === 14 && field.wire === VARINT) isExternal = wire.integer(field) === 1;
    else if (field.number === 8 && field.wire === BYTES) name = wire.text(field);
    else if (field.number === 9 && field.wire === BYTES) raw = field;
    else if (field.number === 13 && field.wire === BYTES) entries.push(field);
    if (dims.length > MAX_RANK) throw damaged(field.tag, 'a weight has too many dimensions');
  }
  const sources: TensorSource[] = [];
  if (isExternal) sources.push({ kind: 'external', ...parseExternal(wire, name, entries) });
  if (raw !== undefined) sources.push({ kind: 'raw', span: raw });
  for (const [number, { spans, packed }] of typed) {
    const field = TYPED_FIELDS.get(number);
    if (field?.kind === 'floats') sources.push({ kind: 'floats', bytesPerElement: field.bytes, spans });
    else sources.push({ kind: 'varints', spans, packed: packed && spans.length === 1 });
  }
  if (sources.length > 1) {
    throw new ModelFormatError('a weight has its data in two places at once', { place: `"${name}"` });
  }
  return { name, dims, dataType, source: sources[0] ?? { kind: 'none' } };
}

function parseExternal(wire: Wire, name: string, entries: readonly Span[]): ExternalSource {
  const found = new Map<string, Span>();
  for (const entry of entries) {
    let key = '';
    let value: Span | undefined;
    for (const field of wire.fields(entry)) {
      if (field.number === 1 && field.wire === BYTES) key = wire.text(field);
      else if (field.number === 2 && field.wire === BYTES) value = field;
    }
    if (found.has(key)) throw new ModelFormatError(`external data has two entries "${key}"`, { place: `"${name}"` });
    if (value !== undefined) found.set(key, value);
  }
  const locationSpan = found.get('location');
  if (locationSpan === undefined) {
    throw new ModelFormatError('a weight in another file does not say in which', { place: `"${name}"` });
  }
  const count = (key: string): number | undefined => {
    const span = found.get(key);
    if (span === undefined) return undefined;
    const digits = wire.text(span);
    const value = Number(digits);
    if (/^\d+$/.test(digits) && Number.isSafeInteger(value)) return value;
    throw new ModelFormatError(`${key} of external data is wrong`, {
      place: `"${name}"`,
      expected: 'a whole number of bytes',
      got: `"${digits.slice(0, 40)}"`,
    });
  };
  return { location: wire.text(locationSpan), locationSpan, offset: count('offset') ?? 0, length: count('length') };
}
