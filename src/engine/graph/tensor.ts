/** @file Dense tensors of the few element types that graphs compute with. */

/** float16 and float64 weights become float32 on reading; the file keeps its own type. */
export type DType = 'float32' | 'int64' | 'int32' | 'uint8' | 'bool';

export type TensorData = Float32Array | BigInt64Array | Int32Array | Uint8Array;

/** Static element type and shape. A scalar has `dims: []`. */
export interface TensorType {
  readonly dtype: DType;
  readonly dims: readonly number[];
}

/** Row-major dense tensor; `data.length` is the product of `dims`. */
export interface Tensor extends TensorType {
  readonly data: TensorData;
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

export function sameDims(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** `[2, 3]` as text, for messages. */
export function showDims(dims: readonly (number | null)[]): string {
  return `[${dims.map((dim) => dim ?? '?').join(', ')}]`;
}

export function float32(dims: readonly number[], data: Float32Array | readonly number[]): Tensor {
  return checked({ dtype: 'float32', dims, data: data instanceof Float32Array ? data : Float32Array.from(data) });
}

export function int64(dims: readonly number[], values: readonly number[]): Tensor {
  return checked({ dtype: 'int64', dims, data: BigInt64Array.from(values, BigInt) });
}

export function bool(dims: readonly number[], values: readonly boolean[]): Tensor {
  return checked({ dtype: 'bool', dims, data: Uint8Array.from(values, Number) });
}

export function scalar(value: number): Tensor {
  return float32([], [value]);
}

/** Zeros of the given type. */
export function zeros(type: TensorType): Tensor {
  return { dtype: type.dtype, dims: type.dims, data: allocate(type.dtype, sizeOf(type.dims)) };
}

export function allocate(dtype: DType, length: number): TensorData {
  switch (dtype) {
    case 'float32':
      return new Float32Array(length);
    case 'int64':
      return new BigInt64Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'uint8':
    case 'bool':
      return new Uint8Array(length);
  }
}

/** All elements as plain numbers; meant for small tensors (shapes, axes). */
export function toNumbers(tensor: Tensor): number[] {
  return Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}

/** The data of a tensor that must be float32. */
export function floats(tensor: Tensor): Float32Array {
  if (!(tensor.data instanceof Float32Array)) throw new TypeError(`float32 tensor expected, got ${tensor.dtype}`);
  return tensor.data;
}

/** Strides in elements, row-major. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length).fill(1);
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = (strides[axis + 1] ?? 1) * (dims[axis + 1] ?? 1);
  return strides;
}

function checked(tensor: Tensor): Tensor {
  if (tensor.data.length !== sizeOf(tensor.dims)) {
    throw new RangeError(`${String(tensor.data.length)} elements do not fill shape ${showDims(tensor.dims)}`);
  }
  return tensor;
}
