/** @file The idx format of the MNIST data sets: big-endian, optionally gzip-compressed. */
import { dataView } from '../../support/dataView';
import type { ByteSource } from './byteSource';
import type { NumberType } from './numbers';
import { storedArray, type StoredArray } from './storedArray';

const TYPES: ReadonlyMap<number, Pick<NumberType, 'kind' | 'size'>> = new Map([
  [0x08, { kind: 'u', size: 1 }],
  [0x09, { kind: 'i', size: 1 }],
  [0x0b, { kind: 'i', size: 2 }],
  [0x0c, { kind: 'i', size: 4 }],
  [0x0d, { kind: 'f', size: 4 }],
  [0x0e, { kind: 'f', size: 8 }],
]);

/** The array in `bytes`; `undefined` when they are no idx file. Throws {@link SamplesError} when they end early. */
export async function readIdx(bytes: ByteSource, name: string): Promise<StoredArray | undefined> {
  if (bytes.size < 8) return undefined;
  const [zero, alsoZero, code = 0, rank = 0] = await bytes.read(0, 4);
  const type = TYPES.get(code);
  if (zero !== 0 || alsoZero !== 0 || type === undefined || rank < 1 || rank > 4) return undefined;
  const start = 4 + 4 * rank;
  const header = await bytes.read(0, start);
  const view = dataView(header);
  const dims = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  return storedArray(bytes, { name, dims, type: { ...type, littleEndian: false } }, start);
}
