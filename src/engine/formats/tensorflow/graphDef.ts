/** @file A graph of TensorFlow's operators (GraphDef), from whichever file: nodes with attributes, and constants. */
import type { Tensor } from '../../graph/tensor';

/** Types as TensorFlow names them, `DT_FLOAT`; shapes as lists of sizes, −1 where open. */
export type TfAttribute = boolean | number | string | readonly number[] | readonly string[];

export interface TfNode {
  readonly name: string;
  readonly op: string;
  /** Values of other nodes: `node`, or `node:1` for a later output. */
  readonly inputs: readonly string[];
  readonly attributes: ReadonlyMap<string, TfAttribute>;
}

/** The name of a node without the calls that it lies in, which say nothing to people. */
export function layerName(name: string): string {
  return name.replace(/^((Stateful)?PartitionedCall(_\d+)?\/)+(?=.)/, '');
}

/** The value of a node `Const`. */
export interface TfConstant {
  readonly dims: readonly number[];
  readonly dtype: 'float32' | 'int64' | 'bool';
  /** In the file's order. Whole numbers of every size become int64. */
  readonly read: () => Tensor;
  /** Names it in the file, where it can be written back. */
  readonly key?: string;
  /** What people call it, where its node has a name of ours. */
  readonly label?: string;
}

export interface TfGraph {
  readonly nodes: readonly TfNode[];
  /** By the names of their nodes. */
  readonly constants: ReadonlyMap<string, TfConstant>;
  /** Values that the file names as its outputs; where it names none, those that no node reads. */
  readonly outputs: readonly string[];
  /** Shape of the images, where the file says so elsewhere than in their node. */
  readonly inputShape?: readonly number[];
}

/** `node:1` as the node and which of its outputs. */
export function parseValue(value: string): [node: string, index: number] {
  const [, node = value, index = '0'] = /^(.*):(\d+)$/.exec(value) ?? [];
  return [node, Number(index)];
}
