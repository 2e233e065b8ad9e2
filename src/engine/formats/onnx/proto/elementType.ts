/** @file The element types of ONNX tensors that weights come in, and their conversion from and to ours. */
import type { DType, TensorData } from '../../../graph/tensor';
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from '../../../support/float16';

/** TensorProto.DataType. */
export const DATA_TYPE = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
} as const;

/** How one element type is stored and what it becomes in a graph. */
export interface ElementType {
  readonly name: string;
  readonly bytes: number;
  readonly dtype: DType;
  /** The elements in `stored`, which is little-endian, aligned to 8 and owned by the caller. */
  decode(stored: Uint8Array): TensorData;
  /** One element from `int32_data` or `int64_data`, where float16 stands as its bits; `undefined` if it is out of range. */
  fromInteger(value: bigint): number | bigint | undefined;
}

/** A float type can be written back. */
export interface FloatType extends ElementType {
  readonly dtype: 'float32';
  /** Largest finite value. */
  readonly max: number;
  /** The bits of one element at `offset` of `target`; `value` rounds to nearest. */
  write(target: DataView, offset: number, value: number): void;
  read(source: DataView, offset: number): number;
}

const float32: FloatType = {
  name: 'float32',
  bytes: 4,
  dtype: 'float32',
  max: 3.4028234663852886e38,
  decode: (stored) => new Float32Array(stored.buffer, 0, stored.length / 4),
  fromInteger: () => undefined,
  write: (target, offset, value) => {
    target.setFloat32(offset, value, true);
  },
  read: (source, offset) => source.getFloat32(offset, true),
};

const float64: FloatType = {
  ...float32,
  name: 'float64',
  bytes: 8,
  decode: (stored) => Float32Array.from(new Float64Array(stored.buffer, 0, stored.length / 8)),
  write: (target, offset, value) => {
    target.setFloat64(offset, value, true);
  },
  read: (source, offset) => source.getFloat64(offset, true),
};

const float16 = half('float16', 65504, decodeFloat16, encodeFloat16);
const bfloat16 = half('bfloat16', 3.3895313892515355e38, decodeBfloat16, encodeBfloat16);

function half(
  name: string,
  max: number,
  decode: (bits: number) => number,
  encode: (value: number) => number,
): FloatType {
  return {
    name,
    bytes: 2,
    dtype: 'float32',
    max,
    decode: (stored) => Float32Array.from(new Uint16Array(stored.buffer, 0, stored.length / 2), decode),
    fromInteger: (bits) => (within(bits, 0n, 0xffffn) ? decode(Number(bits)) : undefined),
    write: (target, offset, value) => {
      target.setUint16(offset, encode(value), true);
    },
    read: (source, offset) => decode(source.getUint16(offset, true)),
  };
}

const INTEGER_TYPES: readonly (readonly [number, ElementType])[] = [
  [
    DATA_TYPE.uint8,
    {
      name: 'uint8',
      bytes: 1,
      dtype: 'uint8',
      decode: (stored) => stored,
      fromInteger: (value) => (within(value, 0n, 255n) ? Number(value) : undefined),
    },
  ],
  [
    DATA_TYPE.int8,
    {
      // The graph's smallest type with a sign.
      name: 'int8',
      bytes: 1,
      dtype: 'int32',
      decode: (stored) => Int32Array.from(new Int8Array(stored.buffer, 0, stored.length)),
      fromInteger: (value) => (within(value, -128n, 127n) ? Number(value) : undefined),
    },
  ],
  [
    DATA_TYPE.bool,
    {
      name: 'bool',
      bytes: 1,
      dtype: 'bool',
      decode: (stored) => stored.map((value) => Number(value !== 0)),
      fromInteger: (value) => Number(value !== 0n),
    },
  ],
  [
    DATA_TYPE.int32,
    {
      name: 'int32',
      bytes: 4,
      dtype: 'int32',
      decode: (stored) => new Int32Array(stored.buffer, 0, stored.length / 4),
      fromInteger: (value) => (within(value, -(2n ** 31n), 2n ** 31n - 1n) ? Number(value) : undefined),
    },
  ],
  [
    DATA_TYPE.int64,
    {
      name: 'int64',
      bytes: 8,
      dtype: 'int64',
      decode: (stored) => new BigInt64Array(stored.buffer, 0, stored.length / 8),
      fromInteger: (value) => value,
    },
  ],
];

const FLOAT_TYPES: ReadonlyMap<number, FloatType> = new Map([
  [DATA_TYPE.float32, float32],
  [DATA_TYPE.float64, float64],
  [DATA_TYPE.float16, float16],
  [DATA_TYPE.bfloat16, bfloat16],
]);

const ELEMENT_TYPES: ReadonlyMap<number, ElementType> = new Map([...FLOAT_TYPES, ...INTEGER_TYPES]);

/** `undefined` for types that no graph of ours computes with: strings, complex, 4- and 16-bit quantised numbers. */
export function elementType(dataType: number): ElementType | undefined {
  return ELEMENT_TYPES.get(dataType);
}

/** The float type with this number, if it is one. */
export function floatType(dataType: number): FloatType | undefined {
  return FLOAT_TYPES.get(dataType);
}

/** The other types, for messages. */
const OTHER_TYPES: ReadonlyMap<number, string> = new Map([
  [4, 'uint16'],
  [5, 'int16'],
  [8, 'string'],
  [12, 'uint32'],
  [13, 'uint64'],
]);

export function typeName(dataType: number): string {
  return elementType(dataType)?.name ?? OTHER_TYPES.get(dataType) ?? `type number ${String(dataType)}`;
}

function within(value: bigint, low: bigint, high: bigint): boolean {
  return value >= low && value <= high;
}
