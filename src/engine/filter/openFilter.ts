/** @file A saved filter together with the model it was made for. */
import { UsageError } from '../support/errors';
import type { Files } from '../support/files';
import { readModel } from '../formats';
import type { ReadOptions } from '../formats/format';
import { classifierOf } from '../classify/classifier';
import { layerNamed, neuronLayers } from '../neurons/layers';
import { hashModel, type Sha256 } from '../formats/modelHash';
import { checkSameModel } from '../scan/prepareWithReport';
import { evidenceSizes } from './evidence';
import type { FilterParts } from './imageFilter';
import type { SavedFilter } from './savedFilter';

export interface OpenedFilter extends FilterParts {
  /** Files of the model. */
  readonly originals: readonly string[];
}

/** Throws {@link UsageError} where the filter was made for another model file. */
export async function openFilter(
  files: Files,
  model: string,
  filter: SavedFilter,
  sha256: Sha256,
  options: ReadOptions = {},
): Promise<OpenedFilter> {
  const { path, parts, graph } = await readModel(files, model, options);
  checkSameModel(files, path, await hashModel(files, { parts }, sha256), filter.model, {
    what: 'the filter',
    hint: 'Calibrate a filter for this model.',
  });
  const { preprocessing, profiles, input } = filter;
  const classifier = classifierOf(graph, input);
  const known = neuronLayers(classifier);
  const layers = filter.layers.map((name) => layerNamed(known, name));
  const { channels, height, width } = classifier.input;
  const fits = channels === input.channels && height === input.height && width === input.width;
  const sizes = evidenceSizes(classifier, layers).join(', ');
  if (!fits || profiles.some(({ weights }) => weights.map(({ length }) => length).join(', ') !== sizes)) {
    throw new UsageError('the filter does not fit its model', {
      file: files.baseName(path),
      place: layers.map(({ name }) => name).join(', '),
      expected: `images ${channels}×${height}×${width} and ${sizes} weights`,
    });
  }
  return { classifier, preprocessing, layers, profiles, originals: parts };
}
