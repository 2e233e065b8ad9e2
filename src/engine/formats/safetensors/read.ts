/** @file Reads safetensors files (header of JSON, then the bytes of the tensors, little-endian), and writes them back. */
import * as z from 'zod';
import { dataView } from '../../support/dataView';
import { ModelFormatError } from '../../support/errors';
import type { Files } from '../../support/files';
import { sizeOf } from '../../graph/tensor';
import type { ModelFile, ReadOptions } from '../format';
import { networkOf, partsOf } from '../torch/network';
import { replaceWeights } from '../torch/replaceWeights';
import { bfloat16, float16, float32, float64, type NumberType } from '../numberTypes';
import { contiguousStrides, type StoredTensor } from '../torch/storedTensor';

const TYPES: Readonly<Record<string, NumberType>> = { F32: float32, F16: float16, BF16: bfloat16, F64: float64 };
/** The format's own bound. */
const MAX_HEADER_BYTES = 100_000_000;

const whole = z.int().min(0);
const tensorEntry = z.object({ dtype: z.string(), shape: z.array(whole), data_offsets: z.tuple([whole, whole]) });
const header = z.record(z.string(), z.unknown());
/** The one member that is no tensor. */
const METADATA = '__metadata__';

export async function readSafetensors(files: Files, path: string, { architecture }: ReadOptions): Promise<ModelFile> {
  const bytes = await files.read(path);
  const weights = tensorsOf(bytes);
  const network = await networkOf(weights, files, path, architecture);
  return {
    ...{ format: 'safetensors', path, graph: network.graph, findings: network.findings },
    ...partsOf(path, network),
    weights: new Set(network.stored.keys()),
    write: (changes, baseName) => {
      const result = bytes.slice();
      for (const [before, now] of replaceWeights(network, weights, changes)) {
        result.set(now, before.byteOffset - bytes.byteOffset);
      }
      return Promise.resolve([{ name: baseName, bytes: result }]);
    },
  };
}

/** Throws {@link ModelFormatError} for headers that are damaged and tensors that do not lie in the file. */
function tensorsOf(bytes: Uint8Array): Map<string, StoredTensor> {
  const length = Number(dataView(bytes).getBigUint64(0, true));
  const most = Math.min(MAX_HEADER_BYTES, bytes.length - 8);
  if (length > most) {
    throw new ModelFormatError('the header is cut off', { expected: `at most ${most} bytes`, got: `${length}` });
  }
  const data = bytes.subarray(8 + length);
  const found = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(parseHeader(bytes.subarray(8, 8 + length)))) {
    const { dtype, shape, data_offsets: offsets } = entry;
    const type = TYPES[dtype];
    if (type === undefined) continue;
    const [start, end] = offsets;
    const size = sizeOf(shape) * type.bytes;
    if (end > data.length || end - start !== size) {
      throw new ModelFormatError('a weight does not lie in the data', {
        place: `"${name}"`,
        expected: `${size} bytes among ${data.length}`,
        got: `bytes ${start} to ${end}`,
      });
    }
    const tensor = {
      dims: shape,
      type,
      bytes: data.subarray(start, end),
      offset: 0,
      strides: contiguousStrides(shape),
    };
    found.set(name, tensor);
  }
  return found;
}

function parseHeader(bytes: Uint8Array): Record<string, z.infer<typeof tensorEntry>> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const entries = Object.entries(header.parse(JSON.parse(text))).filter(([name]) => name !== METADATA);
    return z.record(z.string(), tensorEntry).parse(Object.fromEntries(entries));
  } catch (cause) {
    throw new ModelFormatError(
      'the header cannot be read',
      { expected: 'a name, a type and a place for each tensor' },
      { cause },
    );
  }
}
