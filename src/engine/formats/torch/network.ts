/** @file The network that weights of PyTorch belong to: recognised by their names and shapes, or given as an ONNX file of the same network. */
import { UnsupportedModelError } from '../../support/errors';
import type { Files } from '../../support/files';
import type { Finding, ModelFile } from '../format';
import { float32, showDims, type Tensor } from '../../graph/tensor';
import type { Graph } from '../../graph/graph';
import { withFileName } from '../fileName';
import { readOnnx } from '../onnx/read';
import { convnext } from './families/convnext';
import { densenet } from './families/densenet';
import { efficientnet } from './families/efficientnet';
import type { Family } from './families/family';
import { mobilenetV2 } from './families/mobilenetV2';
import { mobilenetV3 } from './families/mobilenetV3';
import { resnet } from './families/resnet';
import { squeezenet } from './families/squeezenet';
import { vgg } from './families/vgg';
import { vit } from './families/vit';
import { NetworkWriter } from './networkWriter';
import { renamed } from './renamed';
import { readStored, type StoredTensor } from './storedTensor';

const FAMILIES: readonly Family[] = [
  ...[resnet, densenet, mobilenetV2, mobilenetV3, efficientnet, squeezenet, convnext, vgg, vit],
];

export interface Network {
  readonly graph: Graph;
  /** Name of the stored weight by that of the graph's initializer. */
  readonly stored: ReadonlyMap<string, string>;
  /** Files besides the weights' own that say what the network is: the ONNX file first. */
  readonly parts: readonly string[];
  readonly findings: readonly Finding[];
}

/** What a model of weights at `path` consists of. */
export function partsOf(path: string, { parts }: Network): Pick<ModelFile, 'parts' | 'architecture'> {
  const [architecture] = parts;
  return { parts: [path, ...parts], ...(architecture !== undefined && { architecture }) };
}

const GIVE_ARCHITECTURE =
  'Put an ONNX file of the same network beside it, or give it as its architecture: torch.onnx.export(model, images, "network.onnx", do_constant_folding=False) in training mode PRESERVE.';

/**
 * Of the weights in the file at `path`. `architecture` is the path of an ONNX file; without it, one that lies beside the weights counts where the network is none that we know. Throws
 * {@link UnsupportedModelError} where there is no such file either.
 */
export async function networkOf(
  given: ReadonlyMap<string, StoredTensor>,
  files: Files,
  path: string,
  architecture: string | undefined,
): Promise<Network> {
  const weights = withoutPrefix(given);
  if (architecture !== undefined) return fromOnnx(weights, originals(weights, given), files, architecture);
  const known = ofTorchvision(weights);
  const net = new NetworkWriter(known);
  const family = FAMILIES.find((candidate) => candidate.matches(net));
  if (family !== undefined) return written(net, family, originals(known, given));
  const beside = await onnxBeside(files, path);
  if (beside !== undefined) {
    const network = await fromOnnx(weights, originals(weights, given), files, beside);
    const message = `The network is that of ${files.baseName(beside)}, which lies beside the weights.`;
    return { ...network, findings: [{ severity: 'note', message }] };
  }
  throw new UnsupportedModelError('the network that these weights belong to is none that we know', {
    expected: FAMILIES.map(({ name }) => name).join(', '),
    got: `weights such as ${[...weights.keys()].slice(0, 3).join(', ')}`,
    hint: GIVE_ARCHITECTURE,
  });
}

function written(net: NetworkWriter, family: Family, names: ReadonlyMap<string, string>): Network {
  const graph = net.finish(family.write(net));
  const [unused] = net.unused();
  if (unused !== undefined) {
    throw new UnsupportedModelError(`the network is like a ${family.name}, but has more than that`, {
      place: `"${unused}"`,
      expected: `the weights of a ${family.name}`,
      got: 'others as well',
      hint: GIVE_ARCHITECTURE,
    });
  }
  return { graph, stored: onlyOf(graph, names), parts: [], findings: [] };
}

/** The ONNX file of the same name in the folder of the weights (for `net.repaired.pth` also `net.onnx`), or else the only one. */
async function onnxBeside(files: Files, path: string): Promise<string | undefined> {
  const folder = files.parent(path);
  const names = (await files.list(folder)).filter((name) => /\.onnx$/i.test(name));
  const stems = files.baseName(path).split('.');
  const own = stems.map((_, i) => `${stems.slice(0, stems.length - 1 - i).join('.')}.onnx`);
  const [only, another] = names;
  const chosen = own.find((name) => names.includes(name)) ?? (another === undefined ? only : undefined);
  return chosen === undefined ? undefined : files.join(folder, chosen);
}

/** The file's own name of each weight; both maps are in its order. */
function originals(
  weights: ReadonlyMap<string, StoredTensor>,
  given: ReadonlyMap<string, StoredTensor>,
): Map<string, string> {
  const own = [...given.keys()];
  return new Map([...weights.keys()].map((name, i) => [name, own[i] ?? name]));
}

function ofTorchvision(weights: ReadonlyMap<string, StoredTensor>): ReadonlyMap<string, StoredTensor> {
  const names = renamed([...weights.keys()]);
  if (new Set(names).size < names.length) return weights;
  return new Map([...weights.values()].map((tensor, i) => [names[i] ?? '', tensor]));
}

/** Wrappers put a name in front of all: `module.` of DataParallel, `model.` and the like of training frameworks. */
function withoutPrefix(weights: ReadonlyMap<string, StoredTensor>): ReadonlyMap<string, StoredTensor> {
  const prefix = /^(module|model|net|network|backbone|_orig_mod)\./.exec(weights.keys().next().value ?? '')?.[0];
  if (prefix === undefined || ![...weights.keys()].every((name) => name.startsWith(prefix))) return weights;
  return withoutPrefix(new Map([...weights].map(([name, tensor]) => [name.slice(prefix.length), tensor])));
}

function onlyOf({ initializers }: Graph, names: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...names].filter(([name]) => initializers.has(name)));
}

/** The graph of the ONNX file with the stored weights: by name, or where none fits, in order. */
async function fromOnnx(
  weights: ReadonlyMap<string, StoredTensor>,
  names: ReadonlyMap<string, string>,
  files: Files,
  path: string,
): Promise<Network> {
  const model = await withFileName(files, path, () => readOnnx(files, path));
  const { graph } = model;
  const wanted = [...graph.initializers].filter(([name, { dtype }]) => dtype === 'float32' && model.weights.has(name));
  const byName = wanted.filter(([name]) => weights.has(name));
  const pairs: (readonly [string, Tensor, string])[] =
    byName.length > 0
      ? byName.map(([name, tensor]) => [name, tensor, name])
      : inOrder(wanted, weights, files.baseName(path));
  const initializers = new Map(graph.initializers);
  const stored = new Map<string, string>();
  for (const [name, tensor, own] of pairs) {
    const weight = weights.get(own);
    if (weight === undefined) continue;
    if (weight.dims.join() !== tensor.dims.join()) {
      throw new UnsupportedModelError('a weight does not fit the architecture', {
        place: `"${own}"`,
        expected: showDims(tensor.dims),
        got: showDims(weight.dims),
        hint: GIVE_ARCHITECTURE,
      });
    }
    initializers.set(name, float32(weight.dims, readStored(weight, own)));
    stored.set(name, names.get(own) ?? own);
  }
  const left = [...weights.keys()].filter((name) => !pairs.some(([, , own]) => own === name));
  if (left.length > 0) {
    throw new UnsupportedModelError('the architecture has no place for some weights', {
      place: `"${left[0] ?? ''}"`,
      expected: `${weights.size} weights`,
      got: `${pairs.length} in ${files.baseName(path)}`,
      hint: GIVE_ARCHITECTURE,
    });
  }
  return { graph: { ...graph, initializers }, stored, parts: model.parts, findings: [] };
}

/** In the order of the file, or, as safetensors sorts weights in an order of its own, in that of the layers' names. */
function inOrder(
  wanted: readonly (readonly [string, Tensor])[],
  weights: ReadonlyMap<string, StoredTensor>,
  file: string,
): [string, Tensor, string][] {
  const [pairs, missing] = matched(wanted, [...weights]);
  if (missing === undefined) return pairs;
  const [sorted, stillMissing] = matched(
    wanted,
    [...weights].sort(([a], [b]) => compareNames(a, b)),
  );
  if (stillMissing === undefined) return sorted;
  const [own, { dims }] = missing;
  throw new UnsupportedModelError('the weights do not fit the architecture', {
    place: `"${own}"`,
    expected: `a weight of shape ${showDims(dims)}`,
    got: `none that is left in ${file}`,
    hint: GIVE_ARCHITECTURE,
  });
}

/** Shapes have to agree one by one; constants of the graph that are no weights are passed over. With the first weight that finds none. */
function matched(
  wanted: readonly (readonly [string, Tensor])[],
  weights: readonly (readonly [string, StoredTensor])[],
): [pairs: [string, Tensor, string][], missing: readonly [string, StoredTensor] | undefined] {
  const pairs: [string, Tensor, string][] = [];
  let at = 0;
  for (const weight of weights) {
    const [own, { dims }] = weight;
    while (at < wanted.length && wanted[at]?.[1].dims.join() !== dims.join()) at++;
    const [name, tensor] = wanted[at] ?? [];
    if (name === undefined || tensor === undefined) return [pairs, weight];
    pairs.push([name, tensor, own]);
    at++;
  }
  return [pairs, undefined];
}

/** What a layer has, in the order in which PyTorch makes it. */
const PARTS = ['weight', 'bias', 'running_mean', 'running_var'];

/** Layers by name, numbers in them by value. */
function compareNames(a: string, b: string): number {
  const split = (name: string): [layer: string, part: string] => {
    const dot = name.lastIndexOf('.');
    return [name.slice(0, Math.max(0, dot)), name.slice(dot + 1)];
  };
  const [[layerA, partA], [layerB, partB]] = [split(a), split(b)];
  return layerA.localeCompare(layerB, 'en', { numeric: true }) || PARTS.indexOf(partA) - PARTS.indexOf(partB);
}
