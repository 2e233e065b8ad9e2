/** @file The variables of a SavedModel: an index, and files with their bytes (tensor_bundle.proto of TensorFlow). */
import { ModelFormatError } from '../../support/errors';
import type { Files } from '../../support/files';
import { showDims, sizeOf } from '../../graph/tensor';
import type { NumberType } from '../numberTypes';
import { FLOATS, shapeOf } from '../tensorflow/graphProto';
import { VARINT, Wire, type Span } from '../wire';
import { readTable, type TableEntry } from './sstable';

const MAX_SHARDS = 10_000;

/** A variable of floating-point numbers. */
export interface Variable {
  readonly dims: readonly number[];
  readonly type: NumberType;
  /** Of {@link Checkpoint.shards}. */
  readonly shard: number;
  /** Where its bytes stand in the shard. */
  readonly place: Span;
  readonly entry: TableEntry;
}

export interface Checkpoint {
  readonly index: { readonly path: string; readonly bytes: Uint8Array };
  readonly shards: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  /** By their keys; those of other types are left out. */
  readonly variables: ReadonlyMap<string, Variable>;
}

/** The checkpoint in `folder`; `undefined` where there is none, as for graphs without variables. */
export async function readCheckpoint(files: Files, folder: string): Promise<Checkpoint | undefined> {
  const path = files.join(folder, 'variables.index');
  if ((await files.info(path)) === undefined) return undefined;
  const bytes = await files.read(path);
  const wire = new Wire(bytes);
  const entries = readTable(bytes);
  const header = entries.find(({ key }) => key === '');
  const shards = await readShards(files, folder, header === undefined ? 1 : shardCount(wire, header.value));
  const variables = new Map<string, Variable>();
  for (const entry of entries) {
    const variable = entry === header ? undefined : variableOf(wire, entry);
    if (variable === undefined) continue;
    const { place, shard, dims, type } = variable;
    const size = sizeOf(dims) * type.bytes;
    if (place.end - place.start !== size || place.start < 0 || place.end > (shards[shard]?.bytes.length ?? 0)) {
      throw new ModelFormatError('a variable does not lie in the files of the checkpoint', {
        place: `"${entry.key}"`,
        expected: `${size} bytes for ${showDims(dims)}`,
        got: `bytes ${place.start} to ${place.end} of file ${shard}`,
      });
    }
    variables.set(entry.key, variable);
  }
  return { index: { path, bytes }, shards, variables };
}

/** BundleHeaderProto.num_shards, the entry without a key. */
function shardCount(wire: Wire, header: Span): number {
  for (const field of wire.fields(header)) if (field.number === 1 && field.wire === VARINT) return wire.integer(field);
  return 1;
}

async function readShards(files: Files, folder: string, count: number): Promise<Checkpoint['shards']> {
  if (!(count >= 1 && count <= MAX_SHARDS)) {
    throw new ModelFormatError('the index of the variables is damaged', {
      expected: `1 to ${MAX_SHARDS} files`,
      got: String(count),
    });
  }
  const five = (number: number): string => String(number).padStart(5, '0');
  const paths = Array.from({ length: count }, (_, i) =>
    files.join(folder, `variables.data-${five(i)}-of-${five(count)}`),
  );
  return Promise.all(
    paths.map(async (path) => {
      if ((await files.info(path))?.kind === 'file') return { path, bytes: await files.read(path) };
      throw new ModelFormatError('a file of the variables is missing', {
        place: files.baseName(path),
        expected: 'a file',
      });
    }),
  );
}

/** BundleEntryProto; numbers that are 0 are left out. */
function variableOf(wire: Wire, entry: TableEntry): Variable | undefined {
  let [dtype, shard, offset, size] = [0, 0, 0, 0];
  let dims: readonly number[] = [];
  for (const field of wire.fields(entry.value)) {
    if (field.number === 2 && field.wire !== VARINT) dims = shapeOf(wire, field) ?? [];
    if (field.wire !== VARINT) continue;
    const value = wire.integer(field);
    if (field.number === 1) dtype = value;
    else if (field.number === 3) shard = value;
    else if (field.number === 4) offset = value;
    else if (field.number === 5) size = value;
  }
  const type = FLOATS.get(dtype);
  return type && { dims, type, shard, place: { start: offset, end: offset + size }, entry };
}
