/**
 * @file Finds weights in the layout of Keras 1 and 2: a group for every outermost layer, whose attribute `weight_names`
 * lists its datasets, those of models inside included.
 */
import { ModelFormatError } from '../../support/errors';
import { weightsOf } from '../keras/weights/boundModel';
import type { Hdf5File } from '../keras/weights/hdf5';
import type { LayerInstance, LayerWeight } from '../keras/weights/layerWeights';

/** The group that holds the layers' groups; `undefined` in files of another kind. */
export function legacyRoot(file: Hdf5File): string | undefined {
  return ['model_weights', ''].find((root) => file.hasGroup(root) && list(file, root, 'layer_names') !== undefined);
}

/**
 * The backend that trained a file of Keras 1, which does not record it: TensorFlow puts `:0` behind the names of its
 * variables, Theano nothing.
 */
export function backendOf(file: Hdf5File, root: string): string {
  const names = [...storedLayers(file, root).values()].flat();
  return names.length > 0 && names.every((name) => /_(W|b|gamma|beta|running_\w+|alphas)$/.test(name))
    ? 'theano'
    : 'tensorflow';
}

/** The dataset of every weight; throws where the file has more or fewer than the layers. */
export function locateLegacy(file: Hdf5File, root: string, layers: readonly LayerInstance[]): Map<LayerWeight, string> {
  const stored = storedLayers(file, root);
  const found = new Map<LayerWeight, string>();
  for (const [layer, paths] of pair(unpacked(layers, stored), stored)) {
    const weights = inStoredOrder(layer);
    if (weights.length !== paths.length) {
      throw new ModelFormatError('the number of weights does not fit the layer', {
        place: `layer "${layer.spec.path}"`,
        expected: `${weights.length} weights (${weights.map((weight) => weight.name).join(', ')})`,
        got: `${paths.length}`,
      });
    }
    const named = byName(weights, paths);
    weights.forEach((weight, i) => found.set(weight, named?.get(weight) ?? paths[i] ?? ''));
  }
  return found;
}

/** Layer name → paths of its datasets. */
function storedLayers(file: Hdf5File, root: string): Map<string, readonly string[]> {
  const stored = new Map<string, readonly string[]>();
  for (const name of list(file, root, 'layer_names') ?? []) {
    const group = root === '' ? name : `${root}/${name}`;
    if (!file.hasGroup(group)) continue;
    const weights = list(file, group, 'weight_names') ?? [];
    stored.set(
      name,
      weights.map((weight) => `${group}/${weight}`),
    );
  }
  return stored;
}

/** Keras 1 gave no group to a Sequential inside a Sequential, only to its layers. */
function unpacked(layers: readonly LayerInstance[], stored: ReadonlyMap<string, unknown>): LayerInstance[] {
  return layers.flatMap((layer) => {
    const inside = layer.children.some((child) => stored.has(child.spec.name));
    return inside && !stored.has(layer.spec.name) ? unpacked(layer.children, stored) : [layer];
  });
}

/** Layers that have weights with their datasets: by name, or in order where the architecture has other names. */
function pair(
  layers: readonly LayerInstance[],
  stored: ReadonlyMap<string, readonly string[]>,
): [LayerInstance, readonly string[]][] {
  const wanting = layers.filter((layer) => weightsOf([layer]).length > 0);
  const missing = wanting.filter((layer) => !stored.has(layer.spec.name));
  if (missing.length === 0) return wanting.map((layer) => [layer, stored.get(layer.spec.name) ?? []]);
  const full = [...stored.values()].filter((paths) => paths.length > 0);
  if (full.length === wanting.length) return wanting.map((layer, i) => [layer, full[i] ?? []]);
  throw new ModelFormatError('the file has no weights for some layers', {
    place: missing.map((layer) => `layer "${layer.spec.path}"`).join(', '),
    expected: `weights of ${wanting.length} layers`,
    got: `weights of ${full.length}`,
  });
}

/**
 * The dataset of each weight by its name, `…/layer/kernel:0`, where the names tell them all apart. Keras goes by order
 * alone, but did not record in the architecture that a whole model inside was frozen, which changes the order.
 */
function byName(weights: readonly LayerWeight[], paths: readonly string[]): Map<LayerWeight, string> | undefined {
  const endings = new Map<string, string>();
  for (const path of paths) endings.set(path.replace(/:\d+$/, '').split('/').slice(-2).join('/'), path);
  const found = new Map<LayerWeight, string>();
  for (const weight of weights) {
    const path = endings.get(`${weight.layer.spec.name}/${weight.name}`);
    if (path !== undefined) found.set(weight, path);
  }
  return new Set(found.values()).size === weights.length ? found : undefined;
}

/** Keras writes the trainable weights of the whole tree first, then the others; a frozen layer has only others. */
function inStoredOrder(layer: LayerInstance): LayerWeight[] {
  const { trainable, fixed } = split(layer);
  return [...trainable, ...fixed];
}

function split(layer: LayerInstance): { trainable: LayerWeight[]; fixed: LayerWeight[] } {
  const own = [...layer.weights.values()];
  const parts = [
    { trainable: own.filter((weight) => weight.trainable), fixed: own.filter((weight) => !weight.trainable) },
    ...layer.children.map(split),
  ];
  const trainable = parts.flatMap((part) => part.trainable);
  const fixed = parts.flatMap((part) => part.fixed);
  return layer.spec.trainable ? { trainable, fixed } : { trainable: [], fixed: [...trainable, ...fixed] };
}

/** A list attribute; one too long for a header is cut into `name0`, `name1`, … */
function list(file: Hdf5File, path: string, name: string): readonly string[] | undefined {
  const whole = file.texts(path, name);
  if (whole !== undefined) return whole;
  const pieces: string[] = [];
  for (let i = 0; ; i++) {
    const piece = file.texts(path, `${name}${i}`);
    if (piece === undefined) return i === 0 ? undefined : pieces;
    pieces.push(...piece);
  }
}
