/** @file What the engine knows of an operator: shape rule, gradient rule, constant folding, TensorFlow kernel. */
import type * as tfjs from '@tensorflow/tfjs-core';
import type { Attributes } from './graph';
import type { NodeBuilder, Value } from './nodeBuilder';
import type { Tensor, TensorType } from './tensor';

export type TensorFlow = typeof tfjs;
export type TfTensor = tfjs.Tensor;

/** What every rule sees of the node it works for. */
export interface OpContext {
  readonly op: string;
  /** Layer name, for messages. */
  readonly name: string;
  readonly attributes: Attributes;
  /** Types of the inputs; `undefined` where an optional input is absent. */
  readonly inputs: readonly (TensorType | undefined)[];
  /** The value of input `i` where it is known before running (initializers and folded shapes). */
  constant(i: number): Tensor | undefined;
  /** How many outputs the node names. */
  readonly outputCount: number;
}

export interface GradientContext extends Omit<OpContext, 'inputs'> {
  readonly b: NodeBuilder;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  /** ∂loss/∂output, `undefined` where an output does not reach the loss; at least one is present. */
  readonly gradients: readonly (Value | undefined)[];
  /** Whether ∂loss/∂input `i` is wanted; computing it in vain is wasted work. */
  needs(i: number): boolean;
}

export interface KernelContext extends Omit<OpContext, 'inputs'> {
  readonly tf: TensorFlow;
  /** int64 values are int32 tensors, booleans are bool tensors. Layout is NCHW as in the graph. */
  readonly inputs: readonly (TfTensor | undefined)[];
  readonly outputTypes: readonly TensorType[];
}

export interface OpDefinition {
  /** Types of the outputs; throws a {@link UnsupportedModelError} or {@link ModelFormatError} naming the layer. */
  infer(context: OpContext): TensorType[];
  /** Vector-Jacobian product, one entry per input; `'none'` when the derivative is zero or meaningless (integers, comparisons). */
  readonly gradient: ((context: GradientContext) => (Value | undefined)[]) | 'none';
  /**
   * The outputs, where they are known before running; `undefined` where they are not. Asked for every node with a small
   * result (shape arithmetic); `inputs` holds `undefined` for what is absent or computed. Absent: never folded.
   */
  fold?(
    context: OpContext,
    inputs: readonly (Tensor | undefined)[],
    outputs: readonly TensorType[],
  ): Tensor[] | undefined;
  /** The same operator in TensorFlow.js, one tensor per output. */
  kernel(context: KernelContext): TfTensor[];
}

/** The definition of `op`; throws {@link UnsupportedModelError} naming the layer. */
export type OperatorTable = (op: string, layer: string) => OpDefinition;

/** One file of `ops/` exports one of these: operator name → definition. */
export type OpFamily = Readonly<Record<string, OpDefinition>>;
