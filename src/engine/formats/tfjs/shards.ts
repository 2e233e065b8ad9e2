/** @file The weight files of a TensorFlow.js model. */
import { ModelFormatError } from '../../support/errors';
import type { Files } from '../../support/files';
import type { Manifest } from './manifest';

/** One weight file. */
export interface Shard {
  /** As the manifest names it, relative to the model's folder. */
  readonly name: string;
  readonly path: string;
  readonly size: number;
}

/** Finds the files of every group; throws where one leads out of the folder, is missing or does not fit the weights. */
export async function findShards(files: Files, folder: string, manifest: Manifest): Promise<Shard[][]> {
  const groups: Shard[][] = [];
  const seen = new Set<string>();
  for (const [index, names] of manifest.groups.entries()) {
    const shards: Shard[] = [];
    for (const name of names) {
      const path = await files.inside(folder, name.replace(/^\.\//, ''));
      if (path === undefined || seen.has(path)) {
        throw new ModelFormatError('a weight file is named wrongly', {
          place: 'weightsManifest',
          expected: 'a file of its own inside the folder of the model',
          got: JSON.stringify(name),
        });
      }
      seen.add(path);
      const info = await files.info(path);
      if (info?.kind !== 'file') {
        throw new ModelFormatError('a weight file is missing', {
          place: name,
          expected: 'a file',
          got: info?.kind ?? 'nothing',
        });
      }
      shards.push({ name, path, size: info.size });
    }
    const total = shards.reduce((sum, shard) => sum + shard.size, 0);
    const expected = manifest.sizes[index] ?? 0;
    if (total !== expected) {
      throw new ModelFormatError('the weight files do not fit the weights', {
        place: names.join(', '),
        expected: `${expected} bytes`,
        got: `${total} bytes`,
      });
    }
    groups.push(shards);
  }
  return groups;
}

/** The bytes of a group, its files one after another. */
export async function readShards(files: Files, shards: readonly Shard[]): Promise<Uint8Array> {
  const bytes = new Uint8Array(shards.reduce((sum, shard) => sum + shard.size, 0));
  let position = 0;
  for (const { path, name, size } of shards) {
    const content = await files.read(path, 0, size);
    if (content.length !== size) throw new ModelFormatError('the file has changed while it was read', { place: name });
    bytes.set(content, position);
    position += size;
  }
  return bytes;
}

/** The bytes of a group cut back into its files, under their names. */
export function splitShards(bytes: Uint8Array, shards: readonly Shard[]): { name: string; bytes: Uint8Array }[] {
  let position = 0;
  return shards.map(({ name, size }) => {
    const start = position;
    position += size;
    return { name, bytes: bytes.subarray(start, position) };
  });
}
