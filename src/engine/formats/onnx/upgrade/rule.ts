/** @file What a rule of {@link ../upgrade} is and may ask. */
import type { Attributes, Node } from '../../../graph/graph';
import type { Tensor, TensorType } from '../../../graph/tensor';

export interface UpgradeContext {
  /** Version of the default domain that the node follows. */
  readonly opset: number;
  /** A name that nothing else has. */
  fresh(hint: string): string;
  /** Adds a constant, returns its name. */
  constant(hint: string, tensor: Tensor): string;
  /** Says that an output of the node is this constant; the node then need not be among those that the rule returns. */
  define(output: string, tensor: Tensor): void;
  /** The constant with this name. */
  tensor(name: string): Tensor | undefined;
  /** The value with this name, if it does not depend on the content of the image; computed ones are small. */
  known(name: string): Tensor | undefined;
  /** Type of a value that stands before the node, at some size of the image; `undefined` where it cannot be told. */
  type(name: string): TensorType | undefined;
  /** Tells the user something about the node. */
  note(message: string): void;
}

/** The nodes that do in the graph's opset what `node` does in its own. */
export type Rule = (node: Node, context: UpgradeContext) => Node[];

/** A node with one output, named after it. */
export function step(op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): Node {
  return { op, name: output, inputs, outputs: [output], attributes };
}
