/** @file Types of values while a file is read, inferred at one size of the inputs, never taken from what the file declares. */
import { NeuralCleanseError } from '../../support/errors';
import type { Value } from '../../graph/nodeBuilder';
import { newGraph } from '../../ops/newGraph';
import type { Dim, GraphInput, Node } from '../../graph/graph';
import type { Tensor, TensorType } from '../../graph/tensor';

/** Used where the file leaves height and width open. */
const USUAL_SIZE = 224;

/** Follows the nodes of a graph in order; works only once it is asked. */
export class Inference {
  readonly #builder = newGraph();
  readonly #values = new Map<string, Value>();
  readonly #waiting: Node[] = [];

  /** `constants` may grow while nodes are added. */
  constructor(
    inputs: readonly GraphInput[],
    private readonly constants: ReadonlyMap<string, Tensor>,
  ) {
    for (const { name, dtype, dims } of inputs) this.#values.set(name, this.#builder.input(name, usual(dims), dtype));
  }

  add(node: Node): void {
    this.#waiting.push(node);
  }

  /** The type of a value; its rank and element type hold for any size. `undefined` where it cannot be told. */
  type(name: string): TensorType | undefined {
    for (const node of this.#waiting.splice(0)) this.#infer(node);
    return this.#value(name);
  }

  /** The value, if it does not depend on the content of the inputs. */
  constant(name: string): Tensor | undefined {
    return this.type(name) === undefined ? undefined : this.#builder.constantOf(this.#values.get(name) ?? { name });
  }

  #infer(node: Node): void {
    const inputs = node.inputs.map((name) => this.#value(name));
    if (inputs.some((value, i) => value === undefined && node.inputs[i] !== '')) return;
    try {
      const outputs = this.#builder.ops(node.op, inputs, node.attributes, {
        name: node.name,
        outputs: node.outputs.length,
      });
      node.outputs.forEach((name, i) => {
        const output = outputs[i];
        if (output !== undefined) this.#values.set(name, output);
      });
    } catch (error) {
      // The values behind it stay unknown; the mistake itself is reported once the whole graph is checked.
      if (!(error instanceof NeuralCleanseError)) throw error;
    }
  }

  #value(name: string): Value | undefined {
    const known = this.#values.get(name);
    const tensor = this.constants.get(name);
    if (known !== undefined || tensor === undefined) return known;
    const value = this.#builder.constant(tensor, name);
    this.#values.set(name, value);
    return value;
  }
}

/** Two colour images of usual size in place of open dimensions; one would pass for a dimension that can be dropped. */
export function usual(dims: readonly Dim[]): number[] {
  return dims.map((dim, axis) => dim ?? (axis === 0 ? 2 : axis === 1 && dims.length === 4 ? 3 : USUAL_SIZE));
}
