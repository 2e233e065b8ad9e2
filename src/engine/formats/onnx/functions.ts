/** @file Replaces calls of model-local functions by the nodes of the function. */
import { ModelFormatError } from '../../errors';
import type { OnnxAttribute } from './attribute';
import type { OnnxFunction, OnnxModel, OnnxNode } from './messages';

/** A node outside of any function, with the version of the default domain that it follows. */
export interface FlatNode extends OnnxNode {
  readonly opset: number;
  /** Whether it stands in the graph itself, so that its constants belong to this node alone. */
  readonly own: boolean;
}

const MAX_DEPTH = 32;
const MAX_NODES = 1 << 17;

/** All nodes of the model. Throws {@link ModelFormatError} for functions that call themselves or multiply without bound. */
export function inlineFunctions(model: OnnxModel): FlatNode[] {
  const functions = new Map(model.functions.map((definition) => [functionKey(definition.name, definition), definition]));
  const opset = model.opsets.get('') ?? 0;
  const nodes: FlatNode[] = [];
  let calls = 0;

  const emit = (node: OnnxNode, version: number, depth: number): void => {
    const definition = functions.get(functionKey(node.op, node));
    if (definition === undefined) {
      nodes.push({ ...node, opset: version, own: depth === 0 });
      if (nodes.length > MAX_NODES) throw new ModelFormatError(`the model has more than ${String(MAX_NODES)} nodes`);
      return;
    }
    if (depth === MAX_DEPTH || calls === MAX_NODES) {
      throw new ModelFormatError('functions of the model call each other without end', { place: `function ${node.op}` });
    }
    const inner = definition.opsets.get('') ?? version;
    const call = `${node.name === '' ? node.op : node.name}#${String(calls++)}`;
    for (const item of instantiate(definition, node, call)) emit(item, inner, depth + 1);
  };
  for (const node of model.graph.nodes) emit(node, opset, 0);
  return nodes;
}

function functionKey(name: string, { domain, overload }: { domain: string; overload: string }): string {
  return JSON.stringify([domain, name, overload]);
}

/** The body of a function with the names and attributes of one call. */
function instantiate(definition: OnnxFunction, call: OnnxNode, prefix: string): OnnxNode[] {
  const names = new Map([['', '']]);
  definition.inputs.forEach((name, i) => names.set(name, call.inputs[i] ?? ''));
  const copies: OnnxNode[] = [];
  definition.outputs.forEach((name, i) => {
    const outer = call.outputs[i] ?? '';
    const inner = names.get(name);
    if (outer === '') return;
    if (inner === undefined) names.set(name, outer);
    else copies.push({ ...call, op: 'Identity', domain: '', overload: '', inputs: [inner], outputs: [outer], attributes: [] });
  });
  const rename = (name: string): string => {
    const known = names.get(name);
    if (known !== undefined) return known;
    const fresh = `${prefix}/${name}`;
    names.set(name, fresh);
    return fresh;
  };
  const body = definition.nodes.map((node): OnnxNode => ({
    ...node,
    name: `${prefix}/${node.name === '' ? node.op : node.name}`,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
    attributes: node.attributes.flatMap((attribute) => bind(attribute, call.attributes, definition.defaults)),
  }));
  return [...body, ...copies];
}

/** An attribute with its value at this call; none where the call leaves it out. */
function bind(
  attribute: OnnxAttribute,
  given: readonly OnnxAttribute[],
  defaults: readonly OnnxAttribute[],
): OnnxAttribute[] {
  if (attribute.kind !== 'reference') return [attribute];
  const bound = [...given, ...defaults].find((candidate) => candidate.name === attribute.to);
  return bound === undefined ? [] : [{ ...bound, name: attribute.name }];
}
