/** @file Reads a Keras model from an HDF5 file, and writes it back. */
import { ModelFormatError, UnsupportedModelError } from '../../support/errors';
import type { Files } from '../../support/files';
import type { ModelFile, ReadOptions } from '../format';
import { readArchitecture } from '../keras/architecture';
import { bind, changesOf } from '../keras/weights/boundModel';
import { convert, type KerasOrigin } from '../keras/convert';
import { readHdf5, writeHdf5, type Hdf5File } from '../keras/weights/hdf5';
import { weightsIn } from '../keras/weights/hdf5Weights';
import { parseJson, type JsonObject } from '../keras/json';
import type { LayerInstance, LayerWeight } from '../keras/weights/layerWeights';
import { isObjectLayout, locateObjects } from '../keras/weights/objectWeights';
import { backendOf, legacyRoot, locateLegacy } from './legacyWeights';

/** An architecture is text; the largest models have a few megabytes. */
const MAX_ARCHITECTURE_BYTES = 1 << 26;

export async function readKerasH5(files: Files, path: string, options: ReadOptions): Promise<ModelFile> {
  const bytes = await files.read(path);
  const beside = options.architecture === undefined ? undefined : await readBeside(files, options.architecture);
  const { json, origin } = await readHdf5(bytes, (file) => architectureOf(file, beside));
  const converted = convert(readArchitecture(json), origin);
  const model = await readHdf5(bytes, (file) => bind(converted, weightsIn(file, locate(file, converted.layers))));
  const architecture = json === beside ? options.architecture : undefined;
  return {
    format: 'keras-h5',
    path,
    graph: model.graph,
    findings: converted.findings,
    parts: architecture === undefined ? [path] : [path, architecture],
    ...(architecture !== undefined && { architecture }),
    weights: new Set(model.weights.keys()),
    async write(weights, baseName) {
      return [{ name: baseName, bytes: await writeHdf5(bytes, changesOf(model, weights)) }];
    },
  };
}

async function readBeside(files: Files, path: string): Promise<JsonObject> {
  const place = files.baseName(path);
  const size = (await files.info(path))?.size;
  if (size === undefined || size > MAX_ARCHITECTURE_BYTES) {
    throw new UnsupportedModelError('the architecture cannot be read', {
      place,
      expected: `a JSON file of at most ${MAX_ARCHITECTURE_BYTES} bytes`,
      got: size === undefined ? 'no file' : `${size} bytes`,
    });
  }
  return parseJson(await files.read(path), place);
}

/** The architecture inside the file, else the one beside it. */
function architectureOf(file: Hdf5File, beside: JsonObject | undefined): { json: JsonObject; origin: KerasOrigin } {
  const inside = file.texts('', 'model_config')?.[0];
  const json = inside === undefined ? beside : parseJson(inside, 'model_config');
  if (json === undefined) {
    const weightsOnly = legacyRoot(file) !== undefined || isObjectLayout(file);
    throw weightsOnly
      ? new UnsupportedModelError('the file holds weights only', {
          expected: 'a model with its architecture',
          got: 'no "model_config"',
          hint: 'Give the architecture, saved by Model.to_json(), with --architecture.',
        })
      : new ModelFormatError('the HDF5 file is not a Keras model', {
          expected: '"model_config" or layers with weights',
          got: file.children('').slice(0, 5).join(', ') || 'nothing',
        });
  }
  const attribute = (name: string): string | undefined =>
    [json[name], file.texts('', name)?.[0], file.texts(legacyRoot(file) ?? '', name)?.[0]].find(
      (value) => typeof value === 'string',
    );
  // Keras 3 writes no version beside an architecture, and Keras before 1.2 none at all.
  const version = attribute('keras_version') ?? ('module' in json ? '3' : '1');
  const backend = attribute('backend') ?? backendOf(file, legacyRoot(file) ?? '');
  return { json, origin: { version, backend } };
}

function locate(file: Hdf5File, layers: readonly LayerInstance[]): Map<LayerWeight, string> {
  const root = legacyRoot(file);
  return root === undefined && isObjectLayout(file)
    ? locateObjects(file, layers)
    : locateLegacy(file, root ?? '', layers);
}
