/** @file A folder of images: one sub-folder per class, or flat with a table of labels, or flat without labels. */
import { SamplesError } from '../../support/errors';
import type { Files } from '../../support/files';
import { findImages, imageFileSource, type ImageFolder, type ImageTree } from '../files/imageFiles';
import { classIndices } from '../arrays/labels';
import { matchLabels, type Match } from '../files/labelledFiles';
import { readLabelTable, type LabelTable } from '../files/labelTable';
import type { OpenOptions, SampleSource, SamplesReader } from '../samples';
import { isSplitName, openPart } from '../splits';

/** Tables looked into when none was named. */
const MAX_TABLES = 8;

export const folderReader: SamplesReader = {
  label: 'folder of images',
  takesLabels: true,
  detect: async (files, path) => (await files.info(path))?.kind === 'folder',
  async open(files, path, options) {
    const table = options.labelsFile === undefined ? undefined : await readLabelTable(files, options.labelsFile);
    return folderSource(files, path, options, table);
  },
};

/** `table` labels the images when given; otherwise the sub-folders do, or a table found beside the images. */
export async function folderSource(
  files: Files,
  root: string,
  options: OpenOptions,
  table?: LabelTable,
): Promise<SampleSource> {
  const tree = await findImages(files, root);
  const file = files.baseName(root);
  if (tree.folders.length === 0) {
    throw new SamplesError('the folder holds no images', {
      file,
      expected: 'JPEG, PNG, WebP, BMP or PPM files, in one sub-folder per class',
      got: 'none',
    });
  }
  if (table !== undefined) return tableSource(files, matchLabels(files, tree, table.rows), options, table.name);

  const tables = await tablesNear(files, tree, root);
  const tops = new Set(tree.folders.flatMap(({ parts }) => parts.slice(0, 1)));
  const parts = [...tops].filter(isSplitName).map((split) => ({ split }));
  if (parts.length === 0) {
    if (options.split !== undefined) {
      throw new SamplesError('the folder has no splits', {
        file,
        expected: 'sub-folders such as train and test',
        got: 'none',
      });
    }
    return partSource(files, tree.folders, tables, options);
  }
  return openPart(parts, options.split, file, ({ split }) => {
    const below = tree.folders.filter((folder) => folder.parts[0] === split);
    return partSource(files, below, tables, options);
  });
}

async function partSource(
  files: Files,
  folders: readonly ImageFolder[],
  tables: readonly string[],
  options: OpenOptions,
): Promise<SampleSource> {
  const [only, ...others] = folders;
  return only !== undefined && others.length === 0
    ? flatSource(files, only, tables, options)
    : classSource(files, folders, options);
}

/** One class per folder; its name is the path below what all have in common. */
function classSource(files: Files, folders: readonly ImageFolder[], options: OpenOptions): SampleSource {
  const classFolders = folders.filter(({ parts }) => parts.length > 0);
  const shared = sharedDepth(classFolders.map(({ parts }) => parts));
  const names = classFolders.map(({ parts }) => parts.slice(shared).join('/'));
  const { labels, classNames } = classIndices(names, options.classNames);
  const images = classFolders.flatMap((folder, i) =>
    folder.images.map((name) => ({
      path: files.join(folder.path, name),
      name: [...folder.parts, name].join('/'),
      label: labels[i] ?? 0,
    })),
  );
  const stray = folders.find(({ parts }) => parts.length === 0)?.images.length ?? 0;
  return imageFileSource(files, images, {
    description: `image folders, ${classFolders.length} classes`,
    labels: Int32Array.from(images, ({ label }) => label),
    ...(classNames !== undefined && { classNames }),
    splits: [],
    notes: stray > 0 ? [`${stray} images outside the class folders were left out.`] : [],
  });
}

function sharedDepth(paths: readonly (readonly string[])[]): number {
  const [first = []] = paths;
  const limit = Math.min(...paths.map((parts) => parts.length)) - 1;
  let depth = 0;
  while (depth < limit && paths.every((parts) => parts[depth] === first[depth])) depth++;
  return depth;
}

/** All images lie in one folder; the labels come from a table near it, if there is one that fits. */
async function flatSource(
  files: Files,
  folder: ImageFolder,
  tables: readonly string[],
  options: OpenOptions,
): Promise<SampleSource> {
  const tree: ImageTree = { folders: [folder], tables: [] };
  for (const path of tables) {
    const table = await readLabelTable(files, path).catch(() => undefined);
    if (table === undefined) continue;
    const match = matchLabels(files, tree, table.rows);
    if (match.files.length * 2 >= folder.images.length) return tableSource(files, match, options, table.name);
  }
  const images = folder.images.map((name) => ({ path: files.join(folder.path, name), name }));
  return imageFileSource(files, images, {
    description: 'folder of images without labels',
    splits: [],
    notes: ['No labels were found: the images lie in one folder and no table beside them names them.'],
  });
}

/** Tables in the folder, and one beside it: `Test.csv` for the folder `Test`. */
async function tablesNear(files: Files, tree: ImageTree, root: string): Promise<string[]> {
  const beside = files.join(files.parent(root), `${files.baseName(root)}.csv`);
  const found = root !== '' && (await files.info(beside))?.kind === 'file' ? [beside] : [];
  return [...found, ...tree.tables.slice(0, MAX_TABLES)];
}

function tableSource(files: Files, match: Match, options: OpenOptions, table: string): SampleSource {
  const [missing] = match.missing;
  if (match.files.length === 0) {
    throw new SamplesError('no image that the table of labels names was found in the folder', {
      file: table,
      expected: 'paths inside the folder',
      got: missing?.file ?? 'no rows',
    });
  }
  const { labels, classNames } = classIndices(
    match.files.map(({ label }) => label),
    options.classNames,
  );
  return imageFileSource(files, match.files, {
    description: `images with the labels of ${table}`,
    labels,
    ...(classNames !== undefined && { classNames }),
    splits: [],
    notes:
      missing === undefined
        ? []
        : [`${match.missing.length} rows of ${table} name no image in the folder, such as ${missing.file}.`],
  });
}
