/** @file The calls of a layer (`inbound_nodes`) in the dialects of Keras 2 and Keras 3. */
import { ModelFormatError } from '../../support/errors';
import { isList, isObject, show } from './json';

/** Output `output` of the `call`-th call of `layer`. */
export interface TensorRef {
  readonly layer: string;
  readonly call: number;
  readonly output: number;
}

/** A constant in place of a tensor. */
export interface Constant {
  readonly constant: unknown;
}

export type Argument = TensorRef | Constant;

/** One use of a layer. */
export interface LayerCall {
  /** Positional arguments, lists of tensors flattened. */
  readonly args: readonly Argument[];
  readonly named: ReadonlyMap<string, Argument>;
}

/** Lists in arguments; deeper ones do not occur. */
const MAX_DEPTH = 8;

/** `[layer, call, output]`, with or without keyword arguments behind. */
export function isTensorRef(value: unknown): value is readonly [string, number, number] {
  return isList(value) && typeof value[0] === 'string' && Number.isInteger(value[1]) && Number.isInteger(value[2]);
}

export function tensorOf(value: unknown): TensorRef | undefined {
  return isTensorRef(value) ? { layer: value[0], call: value[1], output: value[2] } : undefined;
}

/** All calls of a layer; `inbound` is its `inbound_nodes`. */
export function callsOf(inbound: unknown, path: string): LayerCall[] {
  if (inbound === undefined || inbound === null) return [];
  if (!isList(inbound)) throw wrong(path, inbound);
  return inbound.map((node) => {
    if (isObject(node)) {
      const args = flatten(node['args'] ?? [], path, keras3Argument);
      return { args, named: named(node['kwargs'], path, keras3Argument) };
    }
    if (!isList(node)) throw wrong(path, node);
    return keras2Call(typeof node[0] === 'string' ? [node] : node, path);
  });
}

/** `[[layer, call, output, keywords], …]`; a constant first argument is `['_CONSTANT_VALUE', -1, value, keywords]`. */
function keras2Call(items: readonly unknown[], path: string): LayerCall {
  const args: Argument[] = [];
  const all = new Map<string, Argument>();
  for (const item of items) {
    if (!isList(item)) throw wrong(path, item);
    const tensor = tensorOf(item);
    if (item[0] === '_CONSTANT_VALUE') args.push({ constant: item[2] });
    else if (tensor === undefined) throw wrong(path, item);
    else args.push(tensor);
    for (const [key, value] of named(item[3], path, keras2Argument)) all.set(key, value);
  }
  return { args, named: all };
}

function keras2Argument(value: unknown): Argument | undefined {
  return tensorOf(value) ?? { constant: value };
}

function keras3Argument(value: unknown): Argument | undefined {
  if (!isObject(value)) return isList(value) ? undefined : { constant: value };
  const config = isObject(value['config']) ? value['config'] : {};
  if (value['class_name'] === '__keras_tensor__') return tensorOf(config['keras_history']);
  return { constant: value['class_name'] === '__numpy__' ? config['value'] : value };
}

function flatten(value: unknown, path: string, read: (value: unknown) => Argument | undefined, depth = 0): Argument[] {
  const argument = read(value);
  if (argument !== undefined) return [argument];
  if (!isList(value) || depth > MAX_DEPTH) throw wrong(path, value);
  return value.flatMap((item) => flatten(item, path, read, depth + 1));
}

function named(value: unknown, path: string, read: (value: unknown) => Argument | undefined): Map<string, Argument> {
  if (value === undefined || value === null) return new Map();
  if (!isObject(value)) throw wrong(path, value);
  return new Map(Object.entries(value).map(([key, item]) => [key, read(item) ?? { constant: item }]));
}

function wrong(path: string, got: unknown): ModelFormatError {
  return new ModelFormatError('the inputs of a layer cannot be read', {
    place: `layer "${path}": inbound_nodes`,
    expected: 'references to other layers',
    got: show(got),
  });
}
