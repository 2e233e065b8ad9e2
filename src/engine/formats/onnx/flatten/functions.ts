/** @file Replaces calls of model-local functions by the nodes of the function. */
import type { FlatNode } from './flatNode';
import { ModelFormatError } from '../../../support/errors';
import type { OnnxAttribute } from '../proto/attribute';
import type { OnnxFunction, OnnxModel, OnnxNode } from '../proto/messages';

const MAX_DEPTH = 32;
const MAX_NODES = 1 << 17;

/** Replaces calls in any graph of one model. */
export class FunctionInliner {
  readonly #functions: ReadonlyMap<string, OnnxFunction>;
  readonly #opset: number;
  #calls = 0;
  #nodes = 0;

  constructor(model: OnnxModel) {
    this.#functions = new Map(
      model.functions.map((definition) => [functionKey(definition.name, definition), definition]),
    );
    this.#opset = model.opsets.get('') ?? 0;
    const redefined = model.functions.find(({ domain }) => domain === '');
    if (redefined !== undefined) {
      throw new ModelFormatError('the model redefines a standard operator', { place: `function ${redefined.name}` });
    }
  }

  /** The nodes without calls. Throws {@link ModelFormatError} for functions that call themselves or multiply without bound. */
  inline(nodes: readonly OnnxNode[]): FlatNode[] {
    const flat: FlatNode[] = [];
    for (const node of nodes) this.#emit(node, this.#opset, 0, flat);
    return flat;
  }

  #emit(node: OnnxNode, opset: number, depth: number, flat: FlatNode[]): void {
    const definition = this.#functions.get(functionKey(node.op, node));
    if (definition === undefined) {
      if (++this.#nodes > MAX_NODES) throw new ModelFormatError(`the model has more than ${String(MAX_NODES)} nodes`);
      flat.push({ ...node, opset, own: depth === 0 });
      return;
    }
    if (depth === MAX_DEPTH || this.#calls === MAX_NODES) {
      throw new ModelFormatError('functions of the model call each other without end', {
        place: `function ${node.op}`,
      });
    }
    const inner = definition.opsets.get('') ?? opset;
    const call = `${node.name === '' ? node.op : node.name}#${String(this.#calls++)}`;
    for (const item of instantiate(definition, node, call)) this.#emit(item, inner, depth + 1, flat);
  }
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
    else
      copies.push({
        ...call,
        op: 'Identity',
        domain: '',
        overload: '',
        inputs: [inner],
        outputs: [outer],
        attributes: [],
      });
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
