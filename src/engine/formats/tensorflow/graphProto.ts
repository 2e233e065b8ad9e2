/** @file A GraphDef in protobuf's wire format, and its constants by their places in the file (graph.proto, tensor.proto of TensorFlow). */
import { dataView } from '../../support/dataView';
import { ModelFormatError, UnsupportedModelError } from '../../support/errors';
import { bool, float32 as floatTensor, int64, showDims, sizeOf, type Tensor } from '../../graph/tensor';
import { bfloat16, decodeNumbers, float16, float32, float64, type NumberType } from '../numberTypes';
import * as whole from '../wholeNumbers';
import type { WholeType } from '../wholeNumbers';
import { BYTES, FIXED32, VARINT, type Span, type Wire } from '../wire';
import type { TfAttribute, TfConstant, TfNode } from './graphDef';
import { dataInputs } from './graphJson';
import type { StoredNumbers } from './storedNumbers';

/** A number for a whole tensor is written once; what it may be repeated to. */
const MAX_REPEATED = 1 << 22;
const MAX_TEXT = 1 << 16;

/** DataType of types.proto. */
export const FLOATS: ReadonlyMap<number, NumberType> = new Map([
  [1, float32],
  [2, float64],
  [14, bfloat16],
  [19, float16],
]);
const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'DT_FLOAT'],
  [2, 'DT_DOUBLE'],
  [3, 'DT_INT32'],
  [4, 'DT_UINT8'],
  [6, 'DT_INT8'],
  [9, 'DT_INT64'],
  [10, 'DT_BOOL'],
  [14, 'DT_BFLOAT16'],
  [19, 'DT_HALF'],
]);
const WHOLE: ReadonlyMap<number, WholeType> = new Map([
  [3, whole.int32],
  [4, whole.uint8],
  [6, whole.int8],
  [9, whole.int64],
  [10, whole.uint8],
]);

export interface ParsedNode extends TfNode {
  readonly constant?: TfConstant;
  /** Texts of a constant that holds texts: names of tensors in a checkpoint. */
  readonly texts?: readonly string[];
}

/** `stored` gets the place of every constant that is to be written back. `inputs` of function bodies keep the names of outputs. */
export function parseNode(wire: Wire, span: Span, stored?: Map<string, StoredNumbers>): ParsedNode {
  let [name, op] = ['', ''];
  const inputs: string[] = [];
  const attributes = new Map<string, TfAttribute>();
  let tensor: Span | undefined;
  for (const field of wire.fields(span)) {
    if (field.wire !== BYTES) continue;
    if (field.number === 1) name = wire.text(field);
    else if (field.number === 2) op = wire.text(field);
    else if (field.number === 3) inputs.push(wire.text(field));
    else if (field.number === 5) {
      const [key, value] = entry(wire, field);
      if (value === undefined) continue;
      if (key === 'value') tensor = wire.child(value, 8) ?? tensor;
      const read = attribute(wire, value);
      if (read !== undefined) attributes.set(key, read);
    }
  }
  const node = { name, op, inputs: dataInputs(inputs), attributes };
  if (op !== 'Const' || tensor === undefined) return node;
  return { ...node, ...constantOf(wire, tensor, name, stored) };
}

/** Key and value of an entry of a map. */
export function entry(wire: Wire, span: Span): [key: string, value: Span | undefined] {
  const key = wire.child(span, 1);
  return [key === undefined ? '' : wire.text(key), wire.child(span, 2)];
}

/** AttrValue; `undefined` for kinds that no converter asks for. */
function attribute(wire: Wire, span: Span): TfAttribute | undefined {
  for (const field of wire.fields(span)) {
    const { number } = field;
    if (number === 1) return listOf(wire, field);
    if (number === 2) return wire.text(field, MAX_TEXT);
    if (number === 3) return wire.integer(field);
    if (number === 4) return wire.floats(field)[0] ?? 0;
    if (number === 5) return wire.integer(field) !== 0;
    if (number === 6) return typeName(wire.integer(field));
    if (number === 7) return shapeOf(wire, field);
    // The name of a function.
    if (number === 10) return textOf(wire, field, 1);
  }
  return undefined;
}

function listOf(wire: Wire, span: Span): TfAttribute {
  const texts: string[] = [];
  const numbers: number[] = [];
  for (const field of wire.fields(span)) {
    if (field.number === 2 && field.wire === BYTES) texts.push(wire.text(field));
    else if (field.number === 3 || field.number === 5) numbers.push(...wire.integers(field));
    else if (field.number === 4) numbers.push(...wire.floats(field));
  }
  return texts.length > 0 ? texts : numbers;
}

function textOf(wire: Wire, span: Span, number: number): string {
  const field = wire.child(span, number);
  return field === undefined ? '' : wire.text(field);
}

/** TensorShapeProto; `undefined` where even the rank is open. */
export function shapeOf(wire: Wire, span: Span): number[] | undefined {
  const dims: number[] = [];
  for (const field of wire.fields(span)) {
    if (field.number === 3 && wire.integer(field) !== 0) return undefined;
    if (field.number !== 2 || field.wire !== BYTES) continue;
    // A size of 0 is left out.
    let size = 0;
    for (const part of wire.fields(field)) if (part.number === 1 && part.wire === VARINT) size = wire.integer(part);
    dims.push(size);
  }
  return dims;
}

function typeName(type: number): string {
  return TYPE_NAMES.get(type) ?? `type ${type}`;
}

interface TensorFields {
  readonly type: number;
  readonly dims: readonly number[];
  readonly content: Span | undefined;
  /** Packed floats. */
  readonly floats: readonly Span[];
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
}

/** TensorProto. */
function tensorFields(wire: Wire, span: Span): TensorFields {
  let [type, dims, content]: [number, number[], Span | undefined] = [0, [], undefined];
  const [floats, numbers, texts]: [Span[], number[], string[]] = [[], [], []];
  for (const field of wire.fields(span)) {
    const { number } = field;
    if (number === 1) type = wire.integer(field);
    else if (number === 2) dims = shapeOf(wire, field) ?? [];
    else if (number === 4) content = field;
    else if (number === 5 && (field.wire === BYTES || field.wire === FIXED32)) floats.push(field);
    else if (number === 7 || number === 10 || number === 11) numbers.push(...wire.integers(field));
    else if (number === 8 && field.wire === BYTES) texts.push(wire.text(field, MAX_TEXT));
  }
  return { type, dims, content, floats, numbers, texts };
}

function constantOf(
  wire: Wire,
  span: Span,
  name: string,
  stored: Map<string, StoredNumbers> | undefined,
): { constant?: TfConstant; texts?: readonly string[] } {
  const { type, dims, content, floats, numbers, texts } = tensorFields(wire, span);
  const size = sizeOf(dims);
  if (!Number.isSafeInteger(size) || dims.some((dim) => dim < 0)) {
    throw new ModelFormatError('a constant has an impossible shape', { place: `"${name}"`, got: showDims(dims) });
  }
  if (texts.length > 0) return { texts };
  const float = FLOATS.get(type);
  if (float !== undefined) {
    const complete = [content, floats.length === 1 && float === float32 ? floats[0] : undefined].find(
      (place) => place !== undefined && place.end - place.start === size * float.bytes,
    );
    if (complete !== undefined) {
      stored?.set(name, { ...complete, type: float });
      const read = (): Tensor =>
        floatTensor(dims, decodeNumbers(float, wire.bytes.subarray(complete.start, complete.end)));
      return { constant: { dims, dtype: 'float32', read, ...(stored && { key: name }) } };
    }
    const few = floats.flatMap((place) => wire.floats(place));
    return { constant: { dims, dtype: 'float32', read: () => floatTensor(dims, repeated(few, size, name)) } };
  }
  const kind = WHOLE.get(type);
  if (kind === undefined) return {};
  const values = (): number[] => {
    if (content === undefined || content.end === content.start) return repeated(numbers, size, name);
    if (content.end - content.start !== size * kind.bytes) {
      throw new ModelFormatError('a constant has not as many numbers as its shape', { place: `"${name}"` });
    }
    const view = dataView(wire.bytes.subarray(content.start, content.end));
    return Array.from({ length: size }, (_, i) => kind.read(view, i * kind.bytes));
  };
  if (type === 10) return { constant: { dims, dtype: 'bool', read: () => bool(dims, values().map(Boolean)) } };
  return { constant: { dims, dtype: 'int64', read: () => int64(dims, values()) } };
}

/** What is left out at the end is the last number again; zeros where there is none. */
function repeated(numbers: readonly number[], size: number, name: string): number[] {
  if (size > MAX_REPEATED) {
    throw new UnsupportedModelError('a constant is too large', {
      place: `"${name}"`,
      expected: `at most ${MAX_REPEATED} numbers`,
      got: String(size),
    });
  }
  return Array.from({ length: size }, (_, i) => numbers[i] ?? numbers.at(-1) ?? 0);
}
