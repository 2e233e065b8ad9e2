/**
 * @file Evaluates small constant tensors while a graph is built, mostly the shape arithmetic of exporters.
 * Every rule works on lists of elements; whole numbers stay exact or the node is left to the runtime.
 */
import { sizeOf, stridesOf, type Tensor, type TensorData, type TensorType } from '../../graph/tensor';
import type { OpContext, OpDefinition } from '../../graph/operator';

export type Fold = NonNullable<OpDefinition['fold']>;

type Element = number | bigint;

/** A small result may still summarize a large weight; that is left to the runtime. */
const MAX_REDUCED_ELEMENTS = 1 << 16;

/** A tensor of these elements; `undefined` where its element type cannot hold one of them. */
export function fromElements(type: TensorType, elements: readonly Element[]): Tensor | undefined {
  const data = toData(type, elements);
  return data && { dtype: type.dtype, dims: type.dims, data };
}

function toData(type: TensorType, elements: readonly Element[]): TensorData | undefined {
  const within = (low: number, high: number): boolean =>
    elements.every((x) => typeof x === 'bigint' || (Number.isSafeInteger(x) && x >= low && x <= high));
  switch (type.dtype) {
    case 'float32':
      return Float32Array.from(elements, Number);
    case 'int64':
      return within(-Infinity, Infinity) ? BigInt64Array.from(elements, BigInt) : undefined;
    case 'int32':
      return within(-(2 ** 31), 2 ** 31 - 1) ? Int32Array.from(elements, Number) : undefined;
    case 'uint8':
      return within(0, 255) ? Uint8Array.from(elements, Number) : undefined;
    case 'bool':
      return Uint8Array.from(elements, (x) => Number(Number(x) !== 0));
  }
}

/** Positions in row-major source data, in row-major order of a view with the given shape and strides. */
export function viewPositions(dims: readonly number[], strides: readonly number[], offset = 0): number[] {
  let positions = [offset];
  dims.forEach((dim, axis) => {
    const steps = Array.from({ length: dim }, (_, i) => i * (strides[axis] ?? 0));
    positions = positions.flatMap((position) => steps.map((step) => position + step));
  });
  return positions;
}

/** Strides that read a tensor of shape `dims` as if broadcast to rank `rank`. */
export function broadcastStrides(dims: readonly number[], rank: number): number[] {
  const strides = stridesOf(dims).map((stride, axis) => (dims[axis] === 1 ? 0 : stride));
  return [...new Array<number>(rank - dims.length).fill(0), ...strides];
}

/** The elements of `source` at the given positions. */
export function elementsAt(source: Tensor, positions: readonly number[]): Element[] {
  return positions.map((position) => source.data[position] ?? 0);
}

/** A rule that applies `f` element by element to all inputs, broadcast together. */
export function foldElementwise(f: (...values: number[]) => number): Fold {
  return (_context, inputs, [output]) => {
    if (output === undefined) return undefined;
    const columns: number[][] = [];
    for (const input of inputs) {
      if (input === undefined) return undefined;
      const positions = viewPositions(output.dims, broadcastStrides(input.dims, output.dims.length));
      const column = elementsAt(input, positions).map(Number);
      if (input.dtype === 'int64' && !column.every(Number.isSafeInteger)) return undefined;
      columns.push(column);
    }
    const elements = Array.from({ length: sizeOf(output.dims) }, (_, i) =>
      f(...columns.map((column) => column[i] ?? 0)),
    );
    return single(fromElements(output, elements));
  };
}

/**
 * A rule for one-output operators that only move the elements of input 0: `positions` says where in its row-major
 * data each element of the output stands. Other inputs are read as constants.
 */
export function foldMovement(positions: (context: OpContext, source: Tensor, output: TensorType) => number[]): Fold {
  return (context, [source], [output]) =>
    source === undefined || output === undefined
      ? undefined
      : single(fromElements(output, elementsAt(source, positions(context, source, output))));
}

/** A rule for operators that keep the elements of input 0 in place and only change the shape. */
export const foldReshape: Fold = (_context, [source], [output]) =>
  source === undefined || output === undefined ? undefined : [{ ...output, data: source.data }];

/** A rule that folds the elements of input 0 along the axes in which the output, kept at full rank, has size 1. */
export function foldReduction(
  kept: (context: OpContext, source: Tensor) => readonly number[],
  combine: (sum: number, value: number) => number,
): Fold {
  return (context, [source], [output]) => {
    if (source === undefined || output === undefined || source.data.length > MAX_REDUCED_ELEMENTS) return undefined;
    const dims = kept(context, source);
    const targets = viewPositions(source.dims, broadcastStrides(dims, source.dims.length));
    const sums = new Array<number | undefined>(sizeOf(dims)).fill(undefined);
    targets.forEach((target, i) => {
      const value = Number(source.data[i] ?? 0);
      const sum = sums[target];
      sums[target] = sum === undefined ? value : combine(sum, value);
    });
    // An empty sum has no first element to start from.
    return sums.includes(undefined) ? undefined : single(fromElements(output, sums.map(Number)));
  };
}

/** The outputs of a one-output operator. */
export function single(tensor: Tensor | undefined): Tensor[] | undefined {
  return tensor && [tensor];
}
