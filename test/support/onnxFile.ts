/** @file Writes small ONNX files in any dialect, also wrong ones, message by message. */
import { Writer } from 'protobufjs/minimal';
import { DATA_TYPE } from '../../src/engine/formats/onnx/proto/elementType';

/** An encoded message. */
export type Message = Uint8Array;

/** Integers and lists of them by themselves; the rest says what it is. */
export type AttributeSpec =
  | number
  | readonly number[]
  | string
  | { float: number }
  | { floats: readonly number[] }
  | { tensor: Message }
  | { graph: Message }
  | { reference: string };

export interface NodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeSpec>>;
  readonly name?: string;
  readonly domain?: string;
}

export interface ValueSpec {
  readonly name: string;
  /** Left out if absent, which outputs may. */
  readonly dims?: readonly (number | string)[];
  readonly type?: keyof typeof DATA_TYPE;
}

export interface GraphSpec {
  readonly nodes: readonly NodeSpec[];
  readonly inputs?: readonly ValueSpec[];
  readonly outputs: readonly ValueSpec[];
  readonly initializers?: readonly Message[];
}

export interface ModelSpec extends GraphSpec {
  readonly opset: number;
  readonly ir?: number;
  readonly functions?: readonly Message[];
  readonly domains?: readonly string[];
  /** Of `metadata_props`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const bytes = (field: number): number => (field << 3) | 2;
const varint = (field: number): number => field << 3;

export function modelFile(spec: ModelSpec): Message {
  const writer = Writer.create()
    .uint32(varint(1))
    .int64(spec.ir ?? 8);
  writer.uint32(bytes(7)).bytes(graphMessage(spec));
  writer.uint32(bytes(8)).bytes(opsetMessage('', spec.opset));
  for (const domain of spec.domains ?? []) writer.uint32(bytes(8)).bytes(opsetMessage(domain, 1));
  for (const [key, value] of Object.entries(spec.metadata ?? {})) {
    writer.uint32(bytes(14)).fork().uint32(bytes(1)).string(key).uint32(bytes(2)).string(value).ldelim();
  }
  for (const definition of spec.functions ?? []) writer.uint32(bytes(25)).bytes(definition);
  return writer.finish();
}

export function graphMessage(spec: GraphSpec): Message {
  const writer = Writer.create();
  for (const node of spec.nodes) writer.uint32(bytes(1)).bytes(nodeMessage(node));
  writer.uint32(bytes(2)).string('test');
  for (const tensor of spec.initializers ?? []) writer.uint32(bytes(5)).bytes(tensor);
  for (const input of spec.inputs ?? []) writer.uint32(bytes(11)).bytes(valueMessage(input));
  for (const output of spec.outputs) writer.uint32(bytes(12)).bytes(valueMessage(output));
  return writer.finish();
}

export function functionMessage(spec: {
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly NodeSpec[];
  readonly opset: number;
}): Message {
  const writer = Writer.create().uint32(bytes(1)).string(spec.name);
  for (const input of spec.inputs) writer.uint32(bytes(4)).string(input);
  for (const output of spec.outputs) writer.uint32(bytes(5)).string(output);
  for (const node of spec.nodes) writer.uint32(bytes(7)).bytes(nodeMessage(node));
  writer.uint32(bytes(9)).bytes(opsetMessage('', spec.opset));
  writer.uint32(bytes(9)).bytes(opsetMessage(spec.domain, 1));
  return writer.uint32(bytes(10)).string(spec.domain).finish();
}

function nodeMessage(node: NodeSpec): Message {
  const writer = Writer.create();
  for (const input of node.inputs) writer.uint32(bytes(1)).string(input);
  for (const output of node.outputs) writer.uint32(bytes(2)).string(output);
  writer
    .uint32(bytes(3))
    .string(node.name ?? '')
    .uint32(bytes(4))
    .string(node.op);
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    writer.uint32(bytes(5)).bytes(attributeMessage(name, value));
  }
  return writer
    .uint32(bytes(7))
    .string(node.domain ?? '')
    .finish();
}

function attributeMessage(name: string, value: AttributeSpec): Message {
  const writer = Writer.create().uint32(bytes(1)).string(name);
  const type = (number: number): Message => writer.uint32(varint(20)).int32(number).finish();
  if (typeof value === 'number') {
    writer.uint32(varint(3)).int64(value);
    return type(2);
  }
  if (typeof value === 'string') {
    writer.uint32(bytes(4)).string(value);
    return type(3);
  }
  if ('float' in value) {
    writer.uint32((2 << 3) | 5).float(value.float);
    return type(1);
  }
  if ('floats' in value) {
    for (const item of value.floats) writer.uint32((7 << 3) | 5).float(item);
    return type(6);
  }
  if ('tensor' in value) {
    writer.uint32(bytes(5)).bytes(value.tensor);
    return type(4);
  }
  if ('graph' in value) {
    writer.uint32(bytes(6)).bytes(value.graph);
    return type(5);
  }
  if ('reference' in value) return writer.uint32(bytes(21)).string(value.reference).finish();
  for (const item of value) writer.uint32(varint(8)).int64(item);
  return type(7);
}

/** A float tensor in `raw_data`. */
export function floatTensor(name: string, dims: readonly number[], values: readonly number[]): Message {
  return tensorMessage({ name, dims, type: 'float32', raw: new Uint8Array(Float32Array.from(values).buffer) });
}

/** An int64 tensor in `raw_data`. */
export function intTensor(name: string, dims: readonly number[], values: readonly number[]): Message {
  return tensorMessage({ name, dims, type: 'int64', raw: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) });
}

export function tensorMessage(spec: {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: keyof typeof DATA_TYPE | number;
  readonly raw?: Uint8Array;
  /** `float_data`, packed. */
  readonly floats?: readonly number[];
  /** `int32_data`, packed. */
  readonly integers?: readonly number[];
  readonly external?: Readonly<Record<string, string>>;
}): Message {
  const writer = Writer.create();
  for (const dim of spec.dims) writer.uint32(varint(1)).int64(dim);
  writer.uint32(varint(2)).int32(typeof spec.type === 'number' ? spec.type : DATA_TYPE[spec.type]);
  if (spec.floats !== undefined) {
    writer.uint32(bytes(4)).fork();
    for (const value of spec.floats) writer.float(value);
    writer.ldelim();
  }
  if (spec.integers !== undefined) {
    writer.uint32(bytes(5)).fork();
    for (const value of spec.integers) writer.int32(value);
    writer.ldelim();
  }
  writer.uint32(bytes(8)).string(spec.name);
  if (spec.raw !== undefined) writer.uint32(bytes(9)).bytes(spec.raw);
  for (const [key, value] of Object.entries(spec.external ?? {})) {
    writer.uint32(bytes(13)).fork().uint32(bytes(1)).string(key).uint32(bytes(2)).string(value).ldelim();
  }
  if (spec.external !== undefined) writer.uint32(varint(14)).int32(1);
  return writer.finish();
}

function valueMessage({ name, dims, type = 'float32' }: ValueSpec): Message {
  const writer = Writer.create().uint32(bytes(1)).string(name);
  writer.uint32(bytes(2)).fork().uint32(bytes(1)).fork();
  writer.uint32(varint(1)).int32(DATA_TYPE[type]);
  if (dims === undefined) return writer.ldelim().ldelim().finish();
  writer.uint32(bytes(2)).fork();
  for (const dim of dims) {
    writer.uint32(bytes(1)).fork();
    if (typeof dim === 'number') writer.uint32(varint(1)).int64(dim);
    else writer.uint32(bytes(2)).string(dim);
    writer.ldelim();
  }
  return writer.ldelim().ldelim().ldelim().finish();
}

function opsetMessage(domain: string, version: number): Message {
  return Writer.create().uint32(bytes(1)).string(domain).uint32(varint(2)).int64(version).finish();
}
