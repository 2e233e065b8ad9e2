/** @file Finds the weights of a TensorFlow.js model by name: `layer/kernel`. */
import { ModelFormatError } from '../../support/errors';
import type { LayerWeight } from '../keras/weights/layerWeights';
import type { ManifestEntry } from './manifest';

/** Keras 3 calls the depthwise kernel just kernel. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([['depthwise_kernel', 'kernel']]);

/** Tells the entry of a weight, asked in the order of the layers; throws where there is none. Each entry serves once. */
export function locateByName(entries: readonly ManifestEntry[]): (weight: LayerWeight) => ManifestEntry {
  const byName = new Map<string, ManifestEntry[]>();
  const offer = (name: string, entry: ManifestEntry): void => {
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [entry]);
    else known.push(entry);
  };
  for (const entry of entries) {
    const parts = entry.name.replace(/:0$/, '').split('/');
    // TensorFlow may put scopes in front; the layer and the weight are always last.
    offer(parts.join('/'), entry);
    if (parts.length > 2) offer(parts.slice(-2).join('/'), entry);
  }
  const taken = new Set<ManifestEntry>();
  return (weight) => {
    const names = namesOf(weight);
    const entry = names.flatMap((name) => byName.get(name) ?? []).find((candidate) => !taken.has(candidate));
    if (entry === undefined) {
      throw new ModelFormatError('a weight is missing', {
        place: `layer "${weight.layer.spec.path}", weight "${weight.name}"`,
        expected: `"${names[0] ?? ''}" in weightsManifest`,
        got: 'no such entry',
      });
    }
    taken.add(entry);
    return entry;
  };
}

function namesOf({ layer: { spec }, name }: LayerWeight): string[] {
  const weights = [name, ...(OTHER_NAMES.has(name) ? [OTHER_NAMES.get(name) ?? ''] : [])];
  // Statistics of Normalization layers stand without their layer.
  return [...[spec.path, spec.name].flatMap((folder) => weights.map((weight) => `${folder}/${weight}`)), name];
}
