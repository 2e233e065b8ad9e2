/** @file A GraphDef as TensorFlow.js keeps it: protobuf's JSON, texts in base64. */
import { ModelFormatError } from '../../support/errors';
import { isList, isObject, show, type JsonObject } from '../keras/json';
import type { TfAttribute, TfNode } from './graphDef';

/** Far above what converters write; bounds what a hostile file can ask for. */
const MAX_NODES = 100_000;

/** Types as numbers, which some converters write. */
const TYPES: ReadonlyMap<number, string> = new Map([
  [1, 'DT_FLOAT'],
  [3, 'DT_INT32'],
  [9, 'DT_INT64'],
  [10, 'DT_BOOL'],
]);

/** The nodes of a `modelTopology`. Throws {@link ModelFormatError} where it is none. */
export function readNodes(topology: JsonObject): TfNode[] {
  const { node: nodes } = topology;
  if (!isList(nodes) || nodes.length > MAX_NODES) throw wrong('node', `at most ${MAX_NODES} nodes`, nodes);
  return nodes.map((node) => {
    if (!isObject(node)) throw wrong('node', 'objects', node);
    const { name, op, input = [], attr = {} } = node;
    if (typeof name !== 'string' || typeof op !== 'string') throw wrong('node', 'a name and an operator', node);
    const place = `${op} "${name}"`;
    if (!isList(input) || !input.every((one) => typeof one === 'string')) throw wrong(place, 'a list of inputs', input);
    if (!isObject(attr)) throw wrong(place, 'attributes', attr);
    const attributes = Object.entries(attr).flatMap(([key, value]): [string, TfAttribute][] => {
      const read = isObject(value) ? attribute(value) : undefined;
      return read === undefined ? [] : [[key, read]];
    });
    return { name, op, inputs: dataInputs(input), attributes: new Map(attributes) };
  });
}

/** `^node` only says what must run before. */
export function dataInputs(inputs: readonly string[]): string[] {
  return inputs.filter((input) => !input.startsWith('^')).map((input) => input.replace(/:0$/, ''));
}

/** `undefined` for kinds that no converter of ours asks for, such as functions. */
function attribute(value: JsonObject): TfAttribute | undefined {
  const { b, i, f, s, type, shape, list } = value;
  if (typeof b === 'boolean') return b;
  if (i !== undefined) return wholeNumber(i);
  if (f !== undefined) return Number(f);
  if (s !== undefined) return textOf(s);
  if (type !== undefined) return typeName(type);
  if (isObject(shape)) return shapeOf(shape);
  return isObject(list) ? listOf(list) : undefined;
}

function listOf({ i, f, s }: JsonObject): TfAttribute {
  if (isList(s)) return s.map(textOf);
  if (isList(i)) return i.map(wholeNumber);
  return isList(f) ? f.map(Number) : [];
}

/** `undefined` where even the rank is open. */
export function shapeOf({ dim = [], unknownRank }: JsonObject): readonly number[] | undefined {
  if (unknownRank === true || !isList(dim)) return undefined;
  return dim.map((one) => wholeNumber(isObject(one) ? (one['size'] ?? 0) : one));
}

export function typeName(type: unknown): string {
  return typeof type === 'number' ? (TYPES.get(type) ?? `type ${type}`) : String(type);
}

/** Texts hold them where they may be too large for JSON's numbers. */
function wholeNumber(value: unknown): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw wrong('attributes', 'a whole number', value);
}

/** Base64, or the bytes in a list. */
function textOf(text: unknown): string {
  if (isList(text)) return String.fromCharCode(...text.map(Number));
  return typeof text === 'string' && /^[\w+/]*={0,2}$/.test(text) && text.length % 4 === 0 ? atob(text) : String(text);
}

function wrong(place: string, expected: string, got: unknown): ModelFormatError {
  return new ModelFormatError('the graph of the model is wrong', { place, expected, got: show(got) });
}
