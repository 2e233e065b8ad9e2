/** @file A node of a graph without functions, and the constants beside it. */
import type { Tensor } from '../../../graph/tensor';
import type { OnnxNode } from '../proto/messages';
import type { OnnxTensor } from '../proto/tensorProto';

/** A node outside of any function, with the version of the default domain that it follows. */
export interface FlatNode extends OnnxNode {
  readonly opset: number;
  /** Whether it stands in the graph itself, so that its constants belong to this node alone. */
  readonly own: boolean;
  /** The two graphs of an If node, the one for a true condition first. */
  readonly branches?: readonly [Branch, Branch];
}

/** A graph inside a node. */
export interface Branch {
  readonly nodes: readonly FlatNode[];
  readonly constants: ReadonlyMap<string, Constant>;
  readonly outputs: readonly string[];
  /** Values from outside that it uses. */
  readonly captured: readonly string[];
}

/** Still in the file, or already known. */
export type Constant = OnnxTensor | Tensor;

export function isInFile(constant: Constant): constant is OnnxTensor {
  return 'source' in constant;
}

/** The node as messages name it. */
export function layerOf(node: { op: string; name: string; outputs: readonly string[] }): string {
  return `${node.op} "${node.name === '' ? (node.outputs[0] ?? '') : node.name}"`;
}
