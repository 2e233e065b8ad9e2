/** @file Reads a Keras archive, and writes it back. */
import { ModelFormatError } from '../../support/errors';
import type { Files } from '../../support/files';
import type { ModelFile } from '../format';
import { readArchitecture } from '../keras/architecture';
import { bind, changesOf } from '../keras/weights/boundModel';
import { convert } from '../keras/convert';
import { readHdf5, writeHdf5 } from '../keras/weights/hdf5';
import { weightsIn } from '../keras/weights/hdf5Weights';
import { parseJson } from '../keras/json';
import { locateObjects } from '../keras/weights/objectWeights';
import { openArchive, readMember, replaceMembers, type Archive } from '../../containers/zip/archive';

const CONFIG = 'config.json';
const METADATA = 'metadata.json';
const WEIGHTS = 'model.weights.h5';

/** Text members; the largest models have a few megabytes. */
const MAX_TEXT_BYTES = 1 << 26;
/** What the HDF5 library can hold in memory. */
const MAX_WEIGHTS_BYTES = 2 ** 31;

export async function readKerasV3(files: Files, path: string): Promise<ModelFile> {
  const archive = openArchive(await files.read(path));
  const json = parseJson(member(archive, CONFIG, MAX_TEXT_BYTES), CONFIG);
  const metadata = readMember(archive, METADATA, MAX_TEXT_BYTES);
  const version = metadata === undefined ? undefined : parseJson(metadata, METADATA)['keras_version'];
  const weights = member(archive, WEIGHTS, MAX_WEIGHTS_BYTES);
  const origin = { version: typeof version === 'string' ? version : '3', backend: '' };
  const converted = convert(readArchitecture(json), origin);
  const model = await readHdf5(weights, (file) =>
    bind(converted, weightsIn(file, locateObjects(file, converted.layers))),
  );
  return {
    format: 'keras-v3',
    path,
    graph: model.graph,
    findings: converted.findings,
    parts: [path],
    weights: new Set(model.weights.keys()),
    async write(replacements, baseName) {
      const changes = changesOf(model, replacements);
      const bytes =
        changes.size === 0
          ? archive.bytes
          : replaceMembers(archive, new Map([[WEIGHTS, await writeHdf5(weights, changes)]]));
      return [{ name: baseName, bytes }];
    },
  };
}

function member(archive: Archive, name: string, maxBytes: number): Uint8Array {
  const bytes = readMember(archive, name, maxBytes);
  if (bytes !== undefined) return bytes;
  throw new ModelFormatError('a member of the archive is missing', {
    place: name,
    expected: `${CONFIG} and ${WEIGHTS}`,
    got: archive.members
      .map((candidate) => candidate.name)
      .slice(0, 5)
      .join(', '),
  });
}
