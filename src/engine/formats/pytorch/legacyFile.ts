/** @file Files of torch.save before 1.6: five pickles one after the other, then the bytes of the storages. */
import { dataView } from '../../support/dataView';
import { ModelFormatError } from '../../support/errors';
import { Global, Persistent, readPickle, type Pickle, type PickleValue, Called } from './pickle';
import type { Storages } from './stateDict';
import type { PyTorchFile } from './zipFile';

/** What every such file begins with, as a pickle. */
const MAGIC = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];

const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  ...{ Float: 4, Half: 2, BFloat16: 2, Double: 8, Long: 8, Int: 4, Short: 2, Char: 1, Byte: 1, Bool: 1 },
};

export function isLegacy(head: Uint8Array): boolean {
  return MAGIC.every((byte, i) => head[i] === byte);
}

export function openLegacy(bytes: Uint8Array): PyTorchFile {
  let at = MAGIC.length;
  const next = (): Pickle => {
    const pickle = readPickle(bytes.subarray(at));
    at += pickle.length;
    return pickle;
  };
  // The version of the protocol, and facts about the machine that wrote it.
  next();
  next();
  const pickle = next();
  const keys = next().value;
  if (!Array.isArray(keys)) throw new ModelFormatError('the list of storages is damaged');
  const types = storageTypes(pickle.value);
  const places = new Map<string, { readonly start: number; readonly end: number }>();
  for (const key of keys) {
    const size = typeof key === 'string' ? ELEMENT_BYTES[types.get(key) ?? ''] : undefined;
    if (typeof key !== 'string' || size === undefined || at + 8 > bytes.length) {
      throw new ModelFormatError('a storage is damaged');
    }
    const start = at + 8;
    const end = start + Number(dataView(bytes).getBigUint64(at, true)) * size;
    if (end > bytes.length) {
      throw new ModelFormatError('a storage is cut off', {
        expected: `${end - start} bytes`,
        got: `${bytes.length - start}`,
      });
    }
    places.set(key, { start, end });
    at = end;
  }
  const byKey = new Map([...places].map(([key, { start, end }]) => [key, bytes.subarray(start, end)]));
  const storages: Storages = (key) => {
    const known = byKey.get(key);
    if (known === undefined) throw new ModelFormatError('a storage is missing', { expected: `the storage ${key}` });
    return known;
  };
  return {
    ...{ pickle, storages },
    rewrite: (changed) => {
      const result = bytes.slice();
      for (const [key, before] of byKey) {
        const now = changed.get(before);
        if (now !== undefined) result.set(now, places.get(key)?.start ?? 0);
      }
      return result;
    },
  };
}

/** The type of each storage that the objects mention, as the first part of PyTorch's name for it. */
function storageTypes(root: PickleValue): Map<string, string> {
  const types = new Map<string, string>();
  const seen = new Set<PickleValue>();
  const open: PickleValue[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (value instanceof Persistent) {
      const [, global, key] = Array.isArray(value.id) ? value.id : [];
      if (global instanceof Global && typeof key === 'string') {
        types.set(key, /^torch\.(\w+)Storage$/.exec(global.name)?.[1] ?? '');
      }
      continue;
    }
    const inner =
      value instanceof Called
        ? [value.args, value.state, ...value.items.values()]
        : value instanceof Map || Array.isArray(value)
          ? value.values()
          : [];
    for (const each of inner) open.push(each);
  }
  return types;
}
