/** @file Brings a table of labels and the image files of a folder together. */
import type { Files } from '../files';
import type { ImageTree } from './imageFiles';
import type { LabelRow } from './labelTable';

export interface LabelledFile {
  readonly path: string;
  readonly name: string;
  readonly label: string;
}

export interface Match {
  readonly files: readonly LabelledFile[];
  /** Rows whose file was not found among the images; a path out of the folder counts here, too. */
  readonly missing: readonly LabelRow[];
}

/**
 * Looks every row up among the images that were found under the folder, by relative path, then by file name, then by
 * name without extension. Only listed images can be named, so a table cannot reach other files.
 */
export function matchLabels(files: Files, tree: ImageTree, rows: readonly LabelRow[]): Match {
  const known = new Map<string, { path: string; name: string }>();
  const remember = (key: string, image: { path: string; name: string }): void => {
    if (!known.has(key)) known.set(key, image);
  };
  const images = tree.folders.flatMap(({ parts, path, images: names }) =>
    names.map((base) => ({ path: files.join(path, base), name: [...parts, base].join('/'), base })),
  );
  for (const image of images) remember(image.name, image);
  for (const image of images) remember(image.base, image);
  for (const image of images) remember(withoutExtension(image.base), image);

  const matched: LabelledFile[] = [];
  const missing: LabelRow[] = [];
  for (const row of rows) {
    const parts = row.file.split('/').filter((part) => part !== '' && part !== '.');
    const base = parts.at(-1) ?? '';
    const image = parts.includes('..') ? undefined : (known.get(parts.join('/')) ?? known.get(base));
    if (image === undefined) missing.push(row);
    else matched.push({ path: image.path, name: image.name, label: row.label });
  }
  return { files: matched, missing };
}

function withoutExtension(name: string): string {
  return name.replace(/\.[^.]*$/, '');
}
