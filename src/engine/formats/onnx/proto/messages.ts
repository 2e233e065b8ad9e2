/** @file The messages of onnx.proto3 that a model is made of, each with the place of its data in the file. */
import { ModelFormatError } from '../../../support/errors';
import { parseAttribute, type OnnxAttribute } from './attribute';
import { parseTensor, type OnnxTensor } from './tensorProto';
import { BYTES, MAX_TEXT_BYTES, VARINT, Wire, damaged, type Field, type Span } from '../../wire';

/** Of an entry of the metadata that is kept: names of 50,000 classes. */
const MAX_METADATA_BYTES = 1 << 20;

export interface OnnxModel {
  readonly wire: Wire;
  /** Domain (default domain: empty) → opset version. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: OnnxGraph;
  readonly functions: readonly OnnxFunction[];
  readonly metadata: ReadonlyMap<string, string>;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  /** Names of sparse initializers, whose content is not read. */
  readonly sparse: readonly string[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly string[];
}

export interface OnnxNode {
  readonly op: string;
  /** Empty for the default domain. */
  readonly domain: string;
  readonly overload: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly OnnxAttribute[];
}

/** A model-local function: a named subgraph that nodes refer to as an operator. */
export interface OnnxFunction {
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly OnnxNode[];
  /** Attributes that have a default value. */
  readonly defaults: readonly OnnxAttribute[];
  readonly opsets: ReadonlyMap<string, number>;
}

export interface OnnxValueInfo {
  readonly name: string;
  /** `undefined` unless it is a dense tensor. */
  readonly type?: { readonly dataType: number; readonly dims: readonly (number | null)[] | undefined };
}

/** Parses a ModelProto. Throws {@link ModelFormatError} where it is damaged. */
export function parseModel(bytes: Uint8Array): OnnxModel {
  const wire = new Wire(bytes);
  let graph: OnnxGraph | undefined;
  const functions: OnnxFunction[] = [];
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  for (const field of wire.fields(wire.all)) {
    if (field.wire !== BYTES) continue;
    if (field.number === 7) {
      // Protobuf would merge the two; readers disagree on that, and no exporter writes it.
      if (graph !== undefined) throw damaged(field.tag, 'a second graph begins');
      graph = parseGraph(wire, field);
    } else if (field.number === 8) addOpset(opsets, wire, field);
    else if (field.number === 14) addMetadata(metadata, wire, field);
    else if (field.number === 25) functions.push(parseFunction(wire, field));
  }
  if (graph === undefined) throw new ModelFormatError('the ONNX file holds no graph');
  return { wire, opsets, graph, functions, metadata };
}

/** Parses a GraphProto. */
export function parseGraph(wire: Wire, span: Span): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const sparse: string[] = [];
  const inputs: OnnxValueInfo[] = [];
  const outputs: string[] = [];
  for (const field of wire.fields(span)) {
    if (field.wire !== BYTES) continue;
    if (field.number === 1) nodes.push(parseNode(wire, field));
    else if (field.number === 5) initializers.push(parseTensor(wire, field));
    else if (field.number === 15) sparse.push(sparseName(wire, field));
    else if (field.number === 11) inputs.push(parseValueInfo(wire, field));
    else if (field.number === 12) outputs.push(parseValueInfo(wire, field).name);
  }
  return { nodes, initializers, sparse, inputs, outputs };
}

function parseNode(wire: Wire, span: Span): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: OnnxAttribute[] = [];
  const texts = new Map<number, string>();
  for (const field of wire.fields(span)) {
    if (field.wire !== BYTES) continue;
    if (field.number === 1) inputs.push(wire.text(field));
    else if (field.number === 2) outputs.push(wire.text(field));
    else if (field.number === 5) attributes.push(parseAttribute(wire, field));
    else if ([3, 4, 7, 8].includes(field.number)) texts.set(field.number, wire.text(field));
  }
  return {
    op: texts.get(4) ?? '',
    domain: canonicalDomain(texts.get(7) ?? ''),
    overload: texts.get(8) ?? '',
    name: texts.get(3) ?? '',
    inputs,
    outputs,
    attributes,
  };
}

function parseFunction(wire: Wire, span: Span): OnnxFunction {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const nodes: OnnxNode[] = [];
  const defaults: OnnxAttribute[] = [];
  const opsets = new Map<string, number>();
  const texts = new Map<number, string>();
  for (const field of wire.fields(span)) {
    if (field.wire !== BYTES) continue;
    if (field.number === 4) inputs.push(wire.text(field));
    else if (field.number === 5) outputs.push(wire.text(field));
    else if (field.number === 7) nodes.push(parseNode(wire, field));
    else if (field.number === 9) addOpset(opsets, wire, field);
    else if (field.number === 11) defaults.push(parseAttribute(wire, field));
    else if ([1, 10, 13].includes(field.number)) texts.set(field.number, wire.text(field));
  }
  return {
    domain: canonicalDomain(texts.get(10) ?? ''),
    name: texts.get(1) ?? '',
    overload: texts.get(13) ?? '',
    inputs,
    outputs,
    nodes,
    defaults,
    opsets,
  };
}

function parseValueInfo(wire: Wire, span: Span): OnnxValueInfo {
  let name = '';
  let tensorType: Field | undefined;
  for (const field of wire.fields(span)) {
    if (field.wire !== BYTES) continue;
    if (field.number === 1) name = wire.text(field);
    else if (field.number === 2) tensorType = wire.child(field, 1);
  }
  if (tensorType === undefined) return { name };
  let dataType = 0;
  let shape: Field | undefined;
  for (const field of wire.fields(tensorType)) {
    if (field.number === 1 && field.wire === VARINT) dataType = wire.integer(field);
    else if (field.number === 2 && field.wire === BYTES) shape = field;
  }
  if (shape === undefined) return { name, type: { dataType, dims: undefined } };
  const dims: (number | null)[] = [];
  for (const field of wire.fields(shape)) {
    if (field.number === 1 && field.wire === BYTES) dims.push(parseDim(wire, field));
  }
  return { name, type: { dataType, dims } };
}

/** `null` for a named, unknown or non-positive dimension; some exporters write -1 or 0 for "any". */
function parseDim(wire: Wire, span: Span): number | null {
  let dim: number | null = null;
  for (const field of wire.fields(span)) {
    if (field.number === 1 && field.wire === VARINT) dim = wire.integer(field);
    else if (field.number === 2 && field.wire === BYTES) dim = null;
  }
  return dim !== null && dim > 0 ? dim : null;
}

function addOpset(opsets: Map<string, number>, wire: Wire, span: Span): void {
  let domain = '';
  let version = 0;
  for (const field of wire.fields(span)) {
    if (field.number === 1 && field.wire === BYTES) domain = wire.text(field);
    else if (field.number === 2 && field.wire === VARINT) version = wire.integer(field);
  }
  opsets.set(canonicalDomain(domain), version);
}

/** A StringStringEntryProto of `metadata_props`. */
function addMetadata(metadata: Map<string, string>, wire: Wire, span: Span): void {
  const [key, value] = [wire.child(span, 1), wire.child(span, 2)];
  if (key === undefined || value === undefined || key.end - key.start > MAX_TEXT_BYTES) return;
  // Nothing in it is needed to run the model, so what is too long to be class names is no damage.
  if (value.end - value.start <= MAX_METADATA_BYTES) metadata.set(wire.text(key), wire.text(value, MAX_METADATA_BYTES));
}

function sparseName(wire: Wire, span: Span): string {
  const values = wire.child(span, 1);
  const name = values === undefined ? undefined : wire.child(values, 8);
  return name === undefined ? '' : wire.text(name);
}

function canonicalDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}
