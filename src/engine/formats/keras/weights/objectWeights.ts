/**
 * @file Finds weights in the layout of Keras 3 (also written by Keras 2.11 and newer): one group per object,
 * `layers/conv2d_1/vars/0`. Groups are named after the class of the layer and counted, never after the layer.
 */
import { ModelFormatError } from '../../../support/errors';
import type { Hdf5File } from './hdf5';
import type { LayerInstance, LayerWeight } from './layerWeights';

/** The first versions kept layers under the second name. */
const CONTAINERS = ['layers', '_layer_checkpoint_dependencies'];

export function isObjectLayout(file: Hdf5File): boolean {
  return CONTAINERS.some((name) => file.hasGroup(name));
}

/** The dataset of every weight; throws where the file has more or fewer than the layers. */
export function locateObjects(file: Hdf5File, layers: readonly LayerInstance[], path = ''): Map<LayerWeight, string> {
  const container =
    CONTAINERS.map((name) => join(path, name)).find((name) => file.hasGroup(name)) ?? join(path, 'layers');
  const groups = groupsOf(file, layers, container);
  const found = new Map<LayerWeight, string>();
  for (const layer of layers) {
    const group = groups.get(layer);
    if (group === undefined) continue;
    if (layer.spec.model !== undefined) {
      for (const entry of locateObjects(file, layer.children, group)) found.set(...entry);
    }
    for (const entry of locateOwn(file, layer, group)) found.set(...entry);
  }
  return found;
}

function locateOwn(file: Hdf5File, layer: LayerInstance, group: string): [LayerWeight, string][] {
  const counts = new Map<string, number>();
  const found = [...layer.weights.values()].map((weight): [LayerWeight, string] => {
    // The attribute may be private.
    const owner = [weight.owner, `_${weight.owner}`]
      .map((name) => join(group, name))
      .find((path) => file.hasGroup(path));
    const folder = join(weight.owner === '' ? group : (owner ?? group), 'vars');
    const index = counts.get(folder) ?? 0;
    counts.set(folder, index + 1);
    return [weight, `${folder}/${index}`];
  });
  for (const [folder, count] of counts) {
    const stored = file.children(folder).length;
    if (stored === count) continue;
    throw new ModelFormatError('the number of weights does not fit the layer', {
      place: `layer "${layer.spec.path}" (${folder})`,
      expected: `${count} weights`,
      got: `${stored}`,
    });
  }
  return found;
}

/** The group of each layer that has one: of every class, the first layer has the first group, and so on. */
function groupsOf(file: Hdf5File, layers: readonly LayerInstance[], container: string): Map<LayerInstance, string> {
  const stored = new Map<string, [number, string][]>();
  for (const child of file.children(container)) {
    const [, base = child, count = '0'] = /^(.*?)(?:_(\d+))?$/.exec(child) ?? [];
    stored.set(base, [...(stored.get(base) ?? []), [Number(count), child]]);
  }
  const groups = new Map<LayerInstance, string>();
  const byClass = new Map<string, LayerInstance[]>();
  for (const layer of layers) {
    const base = objectName(layer);
    byClass.set(base, [...(byClass.get(base) ?? []), layer]);
  }
  for (const [base, members] of byClass) {
    const names = (stored.get(base) ?? []).sort(([a], [b]) => a - b);
    if (names.length !== members.length && members.some(hasWeights)) {
      throw new ModelFormatError('the layers of the file do not fit the architecture', {
        place: `${container}/${base}`,
        expected: `${members.length} layers of this class`,
        got: `${names.length}`,
      });
    }
    members.forEach((layer, i) => {
      const name = names[i]?.[1];
      if (name !== undefined) groups.set(layer, `${container}/${name}`);
    });
  }
  return groups;
}

function hasWeights(layer: LayerInstance): boolean {
  return layer.weights.size > 0 || layer.children.some(hasWeights);
}

/** Keras's `to_snake_case` of the class name: `SeparableConv2D` → `separable_conv2d`. */
function objectName({ spec }: LayerInstance): string {
  // "Model" is what old configurations call a functional model.
  const name = spec.model !== undefined && spec.className === 'Model' ? 'Functional' : spec.className;
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

function join(folder: string, name: string): string {
  return folder === '' || name === '' ? folder + name : `${folder}/${name}`;
}
