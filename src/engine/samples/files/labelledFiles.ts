/** @file Brings a table of labels and the image files of a folder together. */
import type { Files } from '../../support/files';
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
 * Looks every row up among the images that were found under the folder: by relative path, by the end of its path, then
 * by name without extension. Only listed images can be named, so a table cannot reach other files.
 */
export function matchLabels(files: Files, tree: ImageTree, rows: readonly LabelRow[]): Match {
  const images = tree.folders.flatMap(({ parts, path, images: names }) =>
    names.map((base) => ({ path: files.join(path, base), name: [...parts, base].join('/'), base })),
  );
  const known = new Map(images.map((image) => [image.name, image]));
  for (const key of [(image: Image) => image.base, (image: Image) => withoutExtension(image.base)]) {
    for (const [name, image] of unambiguous(images, key)) if (!known.has(name)) known.set(name, image);
  }
  const matched: LabelledFile[] = [];
  const missing: LabelRow[] = [];
  for (const row of rows) {
    const parts = row.file.split('/').filter((part) => part !== '' && part !== '.');
    const ends = parts.includes('..') ? [] : parts.map((_, start) => parts.slice(start).join('/'));
    const found = ends.find((end) => known.has(end));
    const image = found === undefined ? undefined : known.get(found);
    if (image === undefined) missing.push(row);
    else matched.push({ path: image.path, name: image.name, label: row.label });
  }
  return { files: matched, missing };
}

interface Image {
  readonly path: string;
  readonly name: string;
  readonly base: string;
}

/** Images by a key that only one of them has. */
function unambiguous(images: readonly Image[], key: (image: Image) => string): Map<string, Image> {
  const byKey = new Map<string, Image>();
  const repeated = new Set<string>();
  for (const image of images) {
    if (byKey.has(key(image))) repeated.add(key(image));
    byKey.set(key(image), image);
  }
  for (const name of repeated) byKey.delete(name);
  return byKey;
}

function withoutExtension(name: string): string {
  return name.replace(/\.[^.]*$/, '');
}
