/** @file PyTorch's zip archives (torch.save since 1.6): a pickle and a member per storage. */
import { openArchive, readMember, replaceMembers } from '../../containers/zip/archive';
import { ModelFormatError, UnsupportedModelError } from '../../support/errors';
import { readPickle, type Pickle } from './pickle';
import type { Storages } from './stateDict';

export interface PyTorchFile {
  readonly pickle: Pickle;
  readonly storages: Storages;
  /** The whole file with other bytes, as many, in some storages. */
  rewrite(changed: ReadonlyMap<Uint8Array, Uint8Array>): Uint8Array;
}

const MAX_PICKLE_BYTES = 64 * 2 ** 20;
const MAX_STORAGE_BYTES = 2 ** 32;

/** Throws {@link UnsupportedModelError} for TorchScript, which is a program. */
export function openZip(bytes: Uint8Array): PyTorchFile {
  const archive = openArchive(bytes);
  const names = archive.members.map(({ name }) => name);
  const pickleName = names.find((name) => name.endsWith('/data.pkl') || name === 'data.pkl');
  if (names.some((name) => name.endsWith('constants.pkl'))) {
    throw new UnsupportedModelError('TorchScript programs are not supported', {
      expected: 'weights',
      got: 'a TorchScript program',
      hint: TORCHSCRIPT,
    });
  }
  const data = pickleName === undefined ? undefined : readMember(archive, pickleName, MAX_PICKLE_BYTES);
  if (pickleName === undefined || data === undefined) throw new ModelFormatError('the archive has no data.pkl');
  const folder = pickleName.slice(0, -'data.pkl'.length);
  const byKey = new Map<string, Uint8Array>();
  return {
    pickle: readPickle(data),
    storages: (key) => {
      const known = byKey.get(key) ?? readMember(archive, `${folder}data/${key}`, MAX_STORAGE_BYTES);
      if (known === undefined) {
        throw new ModelFormatError('a storage is missing', { expected: `the member data/${key}` });
      }
      byKey.set(key, known);
      return known;
    },
    rewrite: (changed) => {
      const contents = new Map<string, Uint8Array>();
      for (const [key, before] of byKey) {
        const now = changed.get(before);
        if (now !== undefined) contents.set(`${folder}data/${key}`, now);
      }
      return contents.size === 0 ? bytes : replaceMembers(archive, contents);
    },
  };
}

const TORCHSCRIPT =
  'In Python: torch.onnx.export(torch.jit.load("model.pt").eval(), torch.zeros(1, 3, 224, 224), "model.onnx").';
