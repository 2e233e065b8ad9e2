/** @file Writes an ONNX file with some weights changed; every other byte stays as it is. */
import { ModelFormatError } from '../../support/errors';
import type { Files } from '../../support/files';
import { floats, sameDims, showDims, type Tensor } from '../../graph/tensor';
import type { WrittenFile } from '../format';
import { contentsOf } from './contents';
import { applyEdits, type Edit } from './proto/edit';
import { parseModel, type OnnxModel } from './proto/messages';
import { storeWeight } from './proto/storeWeight';
import type { OnnxTensor } from './proto/tensorProto';

/**
 * The files of the model at `path` with the weights `changed`. `external` are the files beside it, by location; they
 * are written too, under names that go with `baseName`, and the model refers to them by these.
 */
export async function writeOnnx(
  files: Files,
  path: string,
  external: ReadonlyMap<string, string>,
  changed: ReadonlyMap<string, Tensor>,
  baseName: string,
): Promise<readonly WrittenFile[]> {
  const bytes = await files.read(path);
  const model = parseModel(bytes);
  const { weights } = contentsOf(model);
  const names = newLocations([...external.keys()], files.baseName(path), baseName);
  const beside = new Map<string, Uint8Array>();
  for (const [location, file] of external) beside.set(location, new Uint8Array(await files.read(file)));

  const edits = renameLocations(model, names);
  for (const [name, tensor] of changed) {
    const weight = weights.get(name);
    if (weight === undefined || !sameDims(weight.dims, tensor.dims)) throw changedSince(name, weight, tensor);
    edits.push(...storeWeight(weight, floats(tensor), bytes, beside));
  }
  return [
    { name: baseName, bytes: applyEdits(bytes, edits) },
    ...[...beside].map(([location, content]) => ({ name: names.get(location) ?? location, bytes: content })),
  ];
}

function changedSince(name: string, found: OnnxTensor | undefined, tensor: Tensor): ModelFormatError {
  return new ModelFormatError('the file has changed since it was read', {
    place: `"${name}"`,
    expected: showDims(tensor.dims),
    got: found === undefined ? 'no such weight' : showDims(found.dims),
  });
}

/** New name of every file beside the model, all of them in its folder; the same names if the model keeps its own. */
export function newLocations(locations: readonly string[], oldBase: string, newBase: string): Map<string, string> {
  if (oldBase === newBase) return new Map(locations.map((location) => [location, location]));
  const names = new Map<string, string>();
  const taken = new Set([newBase]);
  for (const location of locations) {
    let name = renamed(location.replaceAll('/', '_'), oldBase, newBase);
    while (taken.has(name)) name += '_';
    taken.add(name);
    names.set(location, name);
  }
  return names;
}

/** `model.onnx.data` and `model.bin` follow `model.onnx`; other names get the new one in front. */
function renamed(location: string, oldBase: string, newBase: string): string {
  const pairs = [
    [oldBase, newBase],
    [stem(oldBase), stem(newBase)],
  ] as const;
  const followed = pairs.find(([old]) => location.startsWith(`${old}.`));
  if (followed === undefined) return `${newBase}.${location}`;
  return followed[1] + location.slice(followed[0].length);
}

function stem(name: string): string {
  return name.replace(/\.[^.]*$/, '');
}

function renameLocations(model: OnnxModel, names: ReadonlyMap<string, string>): Edit[] {
  return allTensors(model).flatMap(({ source }) => {
    const name = source.kind === 'external' ? names.get(source.location) : undefined;
    if (source.kind !== 'external' || name === undefined || name === source.location) return [];
    return [{ at: source.locationSpan, bytes: new TextEncoder().encode(name) }];
  });
}

/** Also those that no output needs. */
function allTensors({ graph, functions }: OnnxModel): OnnxTensor[] {
  const nodes = [graph, ...functions].flatMap((holder) => holder.nodes);
  const inNodes = nodes.flatMap((node) =>
    node.attributes.flatMap((attribute) => (attribute.kind === 'tensor' ? [attribute.tensor] : [])),
  );
  return [...graph.initializers, ...inNodes];
}
