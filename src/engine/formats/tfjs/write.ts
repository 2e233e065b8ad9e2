/** @file Writes the files of a TensorFlow.js model with new values for some weights. */
import type { WrittenFile } from '../format';
import type { TfjsContents } from './contents';
import { renameInManifest, shardName } from './rename';
import { splitShards } from './shards';
import { replaceWeights } from './weightBytes';

/** `changes`: new values in file order, by the keys of the manifest's entries. */
export function writeShards(
  { name, text, manifest, shards, groups }: TfjsContents,
  changes: ReadonlyMap<string, Float32Array>,
  baseName: string,
): WrittenFile[] {
  const contents = replaceWeights(manifest.entries, groups, changes);
  const binaries = shards.flatMap((group, i) => splitShards(contents[i] ?? new Uint8Array(), group));
  const names = binaries.map((file) => file.name);
  return [
    { name: baseName, bytes: renameInManifest(text, name, baseName, names) },
    ...binaries.map((file) => ({ ...file, name: shardName(name, baseName, file.name) })),
  ];
}
