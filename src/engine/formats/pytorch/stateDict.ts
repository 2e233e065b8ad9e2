/** @file The weights in what a pickle of PyTorch holds: a state dictionary, a checkpoint with one in it, or a whole module. */
import { ModelFormatError, UnsupportedModelError } from '../../support/errors';
import { bfloat16, float16, float32, float64, type NumberType } from '../numberTypes';
import { checkStored, type StoredTensor } from '../torch/storedTensor';
import { Called, Global, Persistent, type PickleValue } from './pickle';

/** The bytes of a storage by its key. */
export type Storages = (key: string) => Uint8Array;

const TYPES: Readonly<Record<string, NumberType>> = {
  'torch.FloatStorage': float32,
  'torch.HalfStorage': float16,
  'torch.BFloat16Storage': bfloat16,
  'torch.DoubleStorage': float64,
};

/** What a state dictionary is made of; everything else that a pickle names would be run by Python. */
const HARMLESS = [
  /^collections\.OrderedDict$/,
  /^torch\._utils\._rebuild_(tensor_v2|parameter)$/,
  /^torch\.(Size|device|[A-Z]\w*Storage)$/,
  // Number types are values, no functions; torch.load and its like are not among them.
  /^torch\.((float|bfloat|int|uint|complex)\d+|bool|half|float|double|short|int|long|strided)$/,
  /^torch\.serialization\._get_layout$/,
];

/** Names of globals that loading the file in Python would call, beyond what weights need. */
export function foreignGlobals(globals: ReadonlySet<string>): string[] {
  return [...globals].filter((name) => !HARMLESS.some((pattern) => pattern.test(name))).sort();
}

/** A file that nests deeper than any network does. */
const MAX_DEPTH = 100;

/**
 * The weights by name, in the file's order: of all dictionaries and modules in the pickle those of the one with most of them. Throws {@link UnsupportedModelError} where there is none,
 * {@link ModelFormatError} where a weight does not lie in its storage.
 */
export function stateDict(value: PickleValue, storages: Storages): Map<string, StoredTensor> {
  let best = new Map<string, PickleValue>();
  for (const candidate of candidates(value)) {
    const tensors = new Map([...candidate].filter(([, entry]) => tensorCall(entry) !== undefined));
    if (tensors.size > best.size) best = tensors;
  }
  const found = new Map<string, StoredTensor>();
  for (const [name, entry] of best) {
    const tensor = storedTensor(name, entry, storages);
    if (tensor !== undefined) found.set(name, tensor);
  }
  if (found.size > 0) return found;
  throw new UnsupportedModelError('the file holds no weights', {
    expected: 'a state dictionary, as torch.save(model.state_dict(), …) writes it',
    got: value instanceof Called ? `an object of ${value.name}` : 'other data',
  });
}

/** All dictionaries by name in the value, and what its modules hold. */
function* candidates(value: PickleValue, depth = 0): Generator<Map<string, PickleValue>> {
  if (depth > 3) return;
  const entries = value instanceof Map ? value : value instanceof Called ? value.items : undefined;
  if (entries !== undefined) {
    const named = new Map([...entries].filter((pair): pair is [string, PickleValue] => typeof pair[0] === 'string'));
    yield named;
    for (const inner of named.values()) if (tensorCall(inner) === undefined) yield* candidates(inner, depth + 1);
  }
  if (value instanceof Called && value.state instanceof Map) yield moduleTensors(value, '', new Map(), 0);
}

/** What `state_dict()` of a pickled module would give: its parameters and buffers, then its children's. */
function moduleTensors(
  module: Called,
  prefix: string,
  found: Map<string, PickleValue>,
  depth: number,
): Map<string, PickleValue> {
  if (depth > MAX_DEPTH) throw new ModelFormatError('the modules of the file nest too deeply');
  const entries = (member: string): Iterable<[PickleValue, PickleValue]> => {
    const state = module.state instanceof Map ? module.state.get(member) : undefined;
    return state instanceof Called ? state.items : state instanceof Map ? state : [];
  };
  for (const member of ['_parameters', '_buffers']) {
    for (const [name, tensor] of entries(member)) if (typeof name === 'string') found.set(`${prefix}${name}`, tensor);
  }
  for (const [name, child] of entries('_modules')) {
    if (typeof name === 'string' && child instanceof Called)
      moduleTensors(child, `${prefix}${name}.`, found, depth + 1);
  }
  return found;
}

/** Arguments of the call that makes the tensor. */
function tensorCall(value: PickleValue): PickleValue[] | undefined {
  if (!(value instanceof Called) || !Array.isArray(value.args)) return undefined;
  if (value.name === 'torch._utils._rebuild_parameter') return tensorCall(value.args[0] ?? null);
  return value.name === 'torch._utils._rebuild_tensor_v2' ? value.args : undefined;
}

/** `undefined` for types that weights do not have, such as the counters of batch normalisation. */
function storedTensor(name: string, value: PickleValue, storages: Storages): StoredTensor | undefined {
  const [storage, offset, dims, strides] = tensorCall(value) ?? [];
  const id = storage instanceof Persistent && Array.isArray(storage.id) ? storage.id : [];
  const [kind, global, key] = id;
  if (kind !== 'storage' || !(global instanceof Global) || typeof key !== 'string' || typeof offset !== 'number') {
    throw new ModelFormatError('a weight is described in another way than PyTorch does', { place: `"${name}"` });
  }
  const type = TYPES[global.name];
  if (type === undefined) return undefined;
  const tensor = { dims: sizes(dims), type, bytes: storages(key), offset, strides: sizes(strides) };
  checkStored(tensor, name);
  return tensor;
}

/** Of a tuple or of a `torch.Size`, which is one. */
function sizes(value: PickleValue | undefined): number[] {
  const list = value instanceof Called && Array.isArray(value.args) ? value.args[0] : value;
  return Array.isArray(list) ? list.map(Number) : [NaN];
}
