/** @file The one representation of a model: ONNX operators, opset 21 semantics, NCHW. */
import type { DType, Tensor, TensorType } from './tensor';

/** The opset whose operator semantics all graphs follow; readers upgrade older files to it. */
export const OPSET = 21;

/** `null`: not fixed by the file (batch, or image size of a fully convolutional model). */
export type Dim = number | null;

export type Attribute = number | string | readonly number[] | readonly string[];
export type Attributes = Readonly<Record<string, Attribute>>;

/** One operator application. An absent optional input is the empty string, as in ONNX. */
export interface Node {
  /** ONNX operator name, default domain. */
  readonly op: string;
  /** Layer name from the file; shown in messages. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export interface GraphInput {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly Dim[];
  /** Height and width that the images of such a network usually have, where the dimensions leave them open. */
  readonly usualSide?: number;
}

/** Nodes are in topological order; every value has one producer: a node, an input or an initializer. */
export interface Graph {
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly string[];
  readonly nodes: readonly Node[];
  /** Weights and other constants. */
  readonly initializers: ReadonlyMap<string, Tensor>;
}

/** A graph whose every value has a fixed shape: what runtimes compile and what can be differentiated. */
export interface TypedGraph extends Graph {
  readonly inputs: readonly (GraphInput & TensorType)[];
  readonly types: ReadonlyMap<string, TensorType>;
}
