/** @file Encodes a graph as an ONNX file (onnx.proto3) for the runtimes that load one. */
import { Writer } from 'protobufjs/minimal';
import { OPSET, type Attribute, type Dim, type Graph, type Node } from '../graph/graph';
import type { DType, Tensor } from '../graph/tensor';

/** TensorProto.DataType. */
const DATA_TYPES: Readonly<Record<DType, number>> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 };

/** AttributeProto.AttributeType. */
const ATTRIBUTE = { float: 1, int: 2, string: 3, floats: 6, ints: 7, strings: 8 } as const;

/** Attributes that ONNX declares as float; a whole number alone would not tell. */
const FLOAT_ATTRIBUTES = new Set([
  'alpha',
  'beta',
  'gamma',
  'epsilon',
  'bias',
  'lambd',
  'activation_params',
  'momentum',
  'cubic_coeff_a',
  'extrapolation_value',
]);

/** Protobuf tags: field number and wire type (0 varint, 2 length-delimited, 5 fixed32). */
const varint = (field: number): number => field << 3;
const bytes = (field: number): number => (field << 3) | 2;
const fixed32 = (field: number): number => (field << 3) | 5;

/** The bytes of an ONNX ModelProto with the graph's opset. Open dimensions and unknown output shapes stay open. */
export function encodeModel(
  graph: Graph,
  types?: ReadonlyMap<string, { readonly dtype: DType; readonly dims: readonly Dim[] }>,
): Uint8Array {
  const model = Writer.create();
  model.uint32(varint(1)).int64(10); // ir_version 10 goes with opset 21
  model.uint32(bytes(7)).fork();
  const names = new Set<string>();
  for (const node of graph.nodes) {
    writeNode(model.uint32(bytes(1)).fork(), node, names.has(node.name) ? '' : node.name).ldelim();
    names.add(node.name);
  }
  model.uint32(bytes(2)).string('graph');
  for (const [name, tensor] of graph.initializers) writeTensor(model.uint32(bytes(5)).fork(), name, tensor).ldelim();
  for (const input of graph.inputs) writeValueInfo(model.uint32(bytes(11)).fork(), input.name, input).ldelim();
  for (const name of graph.outputs) {
    writeValueInfo(model.uint32(bytes(12)).fork(), name, types?.get(name)).ldelim();
  }
  model.ldelim();
  model.uint32(bytes(8)).fork().uint32(bytes(1)).string('').uint32(varint(2)).int64(OPSET).ldelim();
  for (const domain of new Set(graph.nodes.map((node) => splitDomain(node.op)[1]))) {
    if (domain !== '')
      model.uint32(bytes(8)).fork().uint32(bytes(1)).string(domain).uint32(varint(2)).int64(1).ldelim();
  }
  return model.finish();
}

/** `com.microsoft.nchwc.Conv` is the operator Conv of the domain com.microsoft.nchwc, version 1. */
function splitDomain(op: string): [op: string, domain: string] {
  const dot = op.lastIndexOf('.');
  return [op.slice(dot + 1), op.slice(0, Math.max(dot, 0))];
}

/** `name` is empty for a node whose name is taken: ONNX Runtime wants unique names, but none is fine. */
function writeNode(writer: Writer, node: Node, name: string): Writer {
  for (const input of node.inputs) writer.uint32(bytes(1)).string(input);
  for (const output of node.outputs) writer.uint32(bytes(2)).string(output);
  const [op, domain] = splitDomain(node.op);
  writer.uint32(bytes(3)).string(name).uint32(bytes(4)).string(op);
  if (domain !== '') writer.uint32(bytes(7)).string(domain);
  for (const [name, value] of Object.entries(node.attributes)) {
    writeAttribute(writer.uint32(bytes(5)).fork(), name, value).ldelim();
  }
  return writer;
}

function writeAttribute(writer: Writer, name: string, value: Attribute): Writer {
  writer.uint32(bytes(1)).string(name);
  if (typeof value === 'string')
    return writer.uint32(bytes(4)).bytes(utf8(value)).uint32(varint(20)).int32(ATTRIBUTE.string);
  if (typeof value === 'number') {
    return Number.isInteger(value) && !FLOAT_ATTRIBUTES.has(name)
      ? writer.uint32(varint(3)).int64(value).uint32(varint(20)).int32(ATTRIBUTE.int)
      : writer.uint32(fixed32(2)).float(value).uint32(varint(20)).int32(ATTRIBUTE.float);
  }
  if (value.some((item) => typeof item === 'string')) {
    for (const item of value) writer.uint32(bytes(9)).bytes(utf8(String(item)));
    return writer.uint32(varint(20)).int32(ATTRIBUTE.strings);
  }
  const whole = !FLOAT_ATTRIBUTES.has(name) && value.every((item) => Number.isInteger(item));
  for (const item of value) {
    if (whole) writer.uint32(varint(8)).int64(Number(item));
    else writer.uint32(fixed32(7)).float(Number(item));
  }
  return writer.uint32(varint(20)).int32(whole ? ATTRIBUTE.ints : ATTRIBUTE.floats);
}

function writeTensor(writer: Writer, name: string, tensor: Tensor): Writer {
  for (const dim of tensor.dims) writer.uint32(varint(1)).int64(dim);
  writer.uint32(varint(2)).int32(DATA_TYPES[tensor.dtype]).uint32(bytes(8)).string(name);
  const { buffer, byteOffset, byteLength } = tensor.data;
  return writer.uint32(bytes(9)).bytes(new Uint8Array(buffer, byteOffset, byteLength));
}

function writeValueInfo(
  writer: Writer,
  name: string,
  type: { readonly dtype: DType; readonly dims: readonly Dim[] } | undefined,
): Writer {
  writer.uint32(bytes(1)).string(name);
  if (type === undefined) return writer;
  writer.uint32(bytes(2)).fork().uint32(bytes(1)).fork();
  writer.uint32(varint(1)).int32(DATA_TYPES[type.dtype]).uint32(bytes(2)).fork();
  for (const dim of type.dims) {
    const field = writer.uint32(bytes(1)).fork();
    if (dim === null) field.uint32(bytes(2)).string('N');
    else field.uint32(varint(1)).int64(dim);
    writer.ldelim();
  }
  return writer.ldelim().ldelim().ldelim();
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
