/** @file What operators need of a graph under construction; they know nothing of how it is built. */
import type { Attributes, Node } from './graph';
import type { Tensor, TensorType } from './tensor';

/** A value of the graph under construction. */
export interface Value extends TensorType {
  readonly name: string;
}

export interface NodeOptions {
  /** Layer name; made up when absent. */
  readonly name?: string;
  /** Number of outputs, default 1. */
  readonly outputs?: number;
}

export interface NodeBuilder {
  /** The nodes so far, in topological order. */
  readonly nodes: readonly Node[];
  constant(tensor: Tensor, name?: string): Value;
  /** A float32 scalar constant. */
  scalar(value: number): Value;
  /** A 1-D int64 constant: axes, shapes, pads. */
  ints(values: readonly number[]): Value;
  /** A float32 constant of the given shape with one value everywhere. */
  filled(dims: readonly number[], value: number): Value;
  /** The value with this name; it must exist. */
  value(name: string): Value;
  /** The tensor behind a value that is known before running. */
  constantOf(value: Pick<Value, 'name'>): Tensor | undefined;
  /** Adds a node with one output. */
  op(op: string, inputs: readonly (Value | undefined)[], attributes?: Attributes, options?: NodeOptions): Value;
  /** Adds a node; returns its outputs. A node whose result is known and small becomes a constant instead. */
  ops(op: string, inputs: readonly (Value | undefined)[], attributes?: Attributes, options?: NodeOptions): Value[];
}
