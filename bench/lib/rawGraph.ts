/** @file Graphs written node by node, without the operator table: for formulations that the engine does not use. */
import type { Attributes, Node, TypedGraph } from '../../src/engine/graph/graph';
import { float32, int64, sizeOf, type Tensor, type TensorType } from '../../src/engine/graph/tensor';
import { Random } from '../../src/engine/support/random';

export class RawGraph {
  readonly #nodes: Node[] = [];
  readonly #initializers = new Map<string, Tensor>();
  readonly #inputs: TypedGraph['inputs'][number][] = [];
  readonly #random = new Random(1);

  input(name: string, dims: readonly number[]): string {
    this.#inputs.push({ name, dtype: 'float32', dims });
    return name;
  }

  /** Random weights, uniform in ±0.1. */
  weights(dims: readonly number[]): string {
    return this.#constant(
      float32(
        dims,
        Array.from({ length: sizeOf(dims) }, () => 0.2 * this.#random.uniform() - 0.1),
      ),
    );
  }

  floats(dims: readonly number[], values: readonly number[]): string {
    return this.#constant(float32(dims, values));
  }

  ints(...values: number[]): string {
    return this.#constant(int64([values.length], values));
  }

  op(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const [output] = this.ops(op, inputs, attributes, 1);
    return output!;
  }

  ops(op: string, inputs: readonly string[], attributes: Attributes, outputs: number): string[] {
    const name = `${op}_${this.#nodes.length}`;
    const names = Array.from({ length: outputs }, (_, i) => `${name}:${i}`);
    this.#nodes.push({ op, name, inputs, outputs: names, attributes });
    return names;
  }

  /** The graph with the given outputs and their shapes. */
  build(outputs: Readonly<Record<string, readonly number[]>>): TypedGraph {
    const types = new Map<string, TensorType>();
    for (const [name, dims] of Object.entries(outputs)) types.set(name, { dtype: 'float32', dims });
    const [nodes, initializers] = [this.#nodes, this.#initializers];
    return { inputs: this.#inputs, outputs: Object.keys(outputs), nodes, initializers, types };
  }

  #constant(tensor: Tensor): string {
    const name = `constant_${this.#initializers.size}`;
    this.#initializers.set(name, tensor);
    return name;
  }
}
