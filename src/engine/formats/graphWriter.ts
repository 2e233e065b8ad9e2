/** @file Collects the nodes and constants of a graph under unique names. */
import { ModelFormatError } from '../support/errors';
import type { Attributes, Node } from '../graph/graph';
import type { Tensor } from '../graph/tensor';

/** Nested models that call each other can multiply; no real model comes near. */
const MAX_NODES = 100_000;

export class GraphWriter {
  readonly nodes: Node[] = [];
  readonly constants = new Map<string, Tensor>();
  readonly #names = new Set<string>();
  readonly #transposed = new Map<string, string>();

  /** `name`, with a number behind where it is taken. */
  unique(name: string): string {
    let unique = name;
    for (let i = 1; this.#names.has(unique); i++) unique = `${name}:${i}`;
    this.#names.add(unique);
    return unique;
  }

  /** Adds a node with one output, which bears the node's name; an absent optional input is the empty text. */
  node(op: string, name: string, inputs: readonly string[], attributes: Attributes): string {
    return this.nodeOf(op, name, inputs, attributes, 1)[0] ?? '';
  }

  /** Adds a node with several outputs; the first bears the node's name. */
  nodeOf(op: string, name: string, inputs: readonly string[], attributes: Attributes, outputs: number): string[] {
    if (this.nodes.length >= MAX_NODES) {
      throw new ModelFormatError('the model is too large', { expected: `at most ${MAX_NODES} operations` });
    }
    const unique = this.unique(name);
    const names = [unique, ...Array.from({ length: outputs - 1 }, (_, i) => this.unique(`${name}:${i + 1}`))];
    this.nodes.push({ op, name: unique, inputs, outputs: names, attributes });
    return names;
  }

  /** The value with its axes permuted; asking twice, or asking back, gives the same value. */
  transposed(value: string, perm: readonly number[]): string {
    const key = `${value} ${perm.join()}`;
    const known = this.#transposed.get(key);
    if (known !== undefined) return known;
    const result = this.node('Transpose', `${value}/transpose`, [value], { perm });
    this.#transposed.set(key, result);
    this.#transposed.set(`${result} ${perm.map((_, axis) => perm.indexOf(axis)).join()}`, value);
    return result;
  }

  constant(name: string, tensor: Tensor): string {
    const unique = this.unique(name);
    this.constants.set(unique, tensor);
    return unique;
  }
}
