/** @file The weights of a model as a safetensors file, as somebody publishes them beside an export of the network. */
import { floats } from '../../src/engine/graph/tensor';
import type { ModelFile } from '../../src/engine/formats/format';

export function safetensorsOf({ graph, weights }: ModelFile): Uint8Array {
  const entries: Record<string, { dtype: 'F32'; shape: readonly number[]; data_offsets: [number, number] }> = {};
  const data: Buffer[] = [];
  let end = 0;
  for (const [name, tensor] of graph.initializers) {
    if (!weights.has(name) || tensor.dtype !== 'float32') continue;
    const bytes = Buffer.from(new Float32Array(floats(tensor)).buffer);
    entries[name] = { dtype: 'F32', shape: tensor.dims, data_offsets: [end, (end += bytes.length)] };
    data.push(bytes);
  }
  const header = Buffer.from(JSON.stringify(entries));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...data]);
}
