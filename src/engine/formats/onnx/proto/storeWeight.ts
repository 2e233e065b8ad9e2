/** @file The bytes of a changed weight, in the number type and the place that the file has for it. */
import { Writer } from 'protobufjs/minimal';
import { ModelFormatError, UnsupportedModelError } from '../../../support/errors';
import type { Edit } from './edit';
import { floatType, type FloatType } from './elementType';
import type { OnnxTensor } from './tensorProto';
import { Wire, type Span } from '../../wire';

/**
 * Edits of the model file that store `values`; a weight in a file beside it is changed in `beside` (location → content).
 * Elements that keep their value keep their bits. Throws {@link UnsupportedModelError} where the type cannot hold a value.
 */
export function storeWeight(
  weight: OnnxTensor,
  values: Float32Array,
  file: Uint8Array,
  beside: ReadonlyMap<string, Uint8Array>,
): Edit[] {
  const type = floatType(weight.dataType);
  const { source } = weight;
  if (type === undefined) throw new RangeError(`${weight.name} is no float weight`);
  if (source.kind === 'varints') return [packedEdit(weight, type, values, file, source.spans)];
  if (source.kind === 'bytes') return byteEdits(weight, type, values, file, source.spans);
  const content = beside.get(source.location);
  if (content === undefined || source.offset + values.length * type.bytes > content.length) throw shrunk(weight);
  const view = new DataView(content.buffer, content.byteOffset + source.offset, values.length * type.bytes);
  patch(weight, type, values, view);
  return [];
}

function byteEdits(
  weight: OnnxTensor,
  type: FloatType,
  values: Float32Array,
  file: Uint8Array,
  spans: readonly Span[],
): Edit[] {
  const stored = new Uint8Array(values.length * type.bytes);
  if (spans.reduce((total, { start, end }) => total + end - start, 0) !== stored.length) throw shrunk(weight);
  let filled = 0;
  const pieces = spans.map((at) => {
    const piece = stored.subarray(filled, (filled += at.end - at.start));
    piece.set(file.subarray(at.start, at.end));
    return { at, bytes: piece };
  });
  patch(weight, type, values, new DataView(stored.buffer));
  return pieces;
}

function patch(weight: OnnxTensor, type: FloatType, values: Float32Array, stored: DataView): void {
  values.forEach((value, i) => {
    const offset = i * type.bytes;
    if (Math.fround(type.read(stored, offset)) === value) return;
    type.write(stored, offset, value);
    if (!Number.isFinite(type.read(stored, offset))) throw outOfRange(weight, type, value);
  });
}

/** `int32_data` of 16-bit floats: their bits as varints, whose length may change. */
function packedEdit(
  weight: OnnxTensor,
  type: FloatType,
  values: Float32Array,
  file: Uint8Array,
  [span]: readonly Span[],
): Edit {
  if (span === undefined) throw shrunk(weight);
  const wire = new Wire(file);
  const bits = Uint16Array.from(wire.varints(span), (varint) => wire.integer(varint));
  if (bits.length !== values.length) throw shrunk(weight);
  patch(weight, type, values, new DataView(bits.buffer));
  const writer = Writer.create();
  for (const element of bits) writer.uint32(element);
  return { at: span, bytes: writer.finish() };
}

function outOfRange(weight: OnnxTensor, type: FloatType, value: number): UnsupportedModelError {
  return new UnsupportedModelError(`a repaired weight does not fit into the ${type.name} numbers of the file`, {
    place: `"${weight.name}"`,
    expected: `at most ${type.max.toPrecision(3)}`,
    got: value.toPrecision(3),
  });
}

function shrunk(weight: OnnxTensor): ModelFormatError {
  return new ModelFormatError('the file has changed since it was read', { place: `"${weight.name}"` });
}
