/** @file Writes a SavedModel with other values for some variables: a folder in which all but their bytes and checksums is as it was. */
import { UnsupportedModelError } from '../../support/errors';
import type { Files } from '../../support/files';
import { dataView } from '../../support/dataView';
import type { WrittenFile } from '../format';
import { SAVED_MODEL } from '../mainFiles';
import { replaceStored } from '../tensorflow/storedNumbers';
import { FIXED32, Wire } from '../wire';
import type { Checkpoint, Variable } from './checkpoint';
import { maskedCrc32c } from './crc32c';

/** BundleEntryProto.crc32c. */
const CHECKSUM = 6;

/** `changes` by the keys of variables. `baseName`: `saved_model.pb`, beside which the others are written, or that of a new folder. */
export async function writeSavedModel(
  files: Files,
  path: string,
  checkpoint: Checkpoint | undefined,
  changes: ReadonlyMap<string, Float32Array>,
  baseName: string,
): Promise<WrittenFile[]> {
  const folder = baseName === SAVED_MODEL ? '' : `${baseName}/`;
  const graph = { name: `${folder}${SAVED_MODEL}`, bytes: await files.read(path) };
  if (checkpoint === undefined) return [graph];
  const { index, shards, variables } = checkpoint;
  const written = shards.map(({ path: shard, bytes }, i) => {
    const own = new Map([...variables].filter(([, variable]) => variable.shard === i));
    const places = new Map([...own].map(([key, { place, type }]) => [key, { ...place, type }]));
    const inIt = new Map([...changes].filter(([key]) => own.has(key)));
    return { name: `${folder}variables/${files.baseName(shard)}`, bytes: replaceStored(bytes, places, inIt) };
  });
  const changed = [...changes.keys()].flatMap((key) => variables.get(key) ?? []);
  const data = written.map(({ bytes }) => bytes);
  return [
    graph,
    { name: `${folder}variables/variables.index`, bytes: withChecksums(index.bytes, changed, data) },
    ...written,
  ];
}

/** The index with new checksums of the variables, and of the blocks that hold these. */
function withChecksums(index: Uint8Array, changed: readonly Variable[], shards: readonly Uint8Array[]): Uint8Array {
  const result = index.slice();
  const view = dataView(result);
  const wire = new Wire(index);
  for (const { entry, place, shard } of changed) {
    const field = [...wire.fields(entry.value)].find(
      ({ number, wire: kind }) => number === CHECKSUM && kind === FIXED32,
    );
    if (field === undefined) {
      throw new UnsupportedModelError('a variable has no checksum to be renewed', { place: `"${entry.key}"` });
    }
    view.setUint32(
      field.start,
      maskedCrc32c(shards[shard]?.subarray(place.start, place.end) ?? new Uint8Array()),
      true,
    );
  }
  for (const { block } of changed.map(({ entry }) => entry)) {
    // The checksum of a block covers the byte behind it, which says how it is compressed.
    view.setUint32(block.end + 1, maskedCrc32c(result.subarray(block.start, block.end + 1)), true);
  }
  return result;
}
