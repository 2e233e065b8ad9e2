/** @file Which groups and datasets an HDF5 file holds. */
import { ModelFormatError } from '../../../support/errors';
import { guarded, type Hdf5Library } from '../../../containers/hdf5/library';

export interface Hdf5Tree {
  /** Path of every group, the root being the empty text → names of what it holds. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Paths of all datasets. */
  readonly datasets: ReadonlySet<string>;
}

/**
 * Walks through the whole file. A group is entered once, so that links in circles end. Throws {@link ModelFormatError} for
 * links that lead out of the file or nowhere.
 */
export function readTree(library: Hdf5Library, file: bigint): Hdf5Tree {
  const groups = new Map<string, readonly string[]>();
  const datasets = new Set<string>();
  const entered = new Set<string>();
  const pending = [''];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const group = path;
    const address = guarded(group, () => library.create_object_reference(file, `/${group}`)).join();
    if (entered.has(address)) continue;
    entered.add(address);
    const names = guarded(group, () => library.get_names(file, `/${group}`, false));
    groups.set(group, names);
    for (const name of names) {
      const child = group === '' ? name : `${group}/${name}`;
      const kind = guarded(child, () => kindOf(library, file, child));
      if (kind === 'group') pending.push(child);
      else if (kind === 'dataset') datasets.add(child);
    }
  }
  return { groups, datasets };
}

function kindOf(library: Hdf5Library, file: bigint, path: string): 'group' | 'dataset' | 'other' {
  // Asked before anything that would follow the link. The declared type leaves out that other links give {}.
  const { filename } = library.get_external_link(file, `/${path}`) as { filename?: string };
  if (filename !== undefined) {
    throw new ModelFormatError('the file links to another file, which is not followed', {
      place: path,
      expected: 'everything in one file',
      got: `a link to ${filename}`,
    });
  }
  switch (library.get_type(file, `/${path}`)) {
    case library.H5G_GROUP:
      return 'group';
    case library.H5G_DATASET:
      return 'dataset';
    case library.H5G_TYPE:
      return 'other';
    default:
      throw new ModelFormatError('a link inside the file leads nowhere', {
        place: path,
        expected: 'a group or data',
        got: 'a broken link',
      });
  }
}
