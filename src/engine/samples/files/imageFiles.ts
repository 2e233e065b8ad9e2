/** @file Image files on disk (or in an archive): finding them under a folder, and reading the drawn ones. */
import { SamplesError } from '../../support/errors';
import type { Files } from '../../support/files';
import { decodeImage } from '../images/decodeImage';
import type { SampleSource } from '../samples';

/** A folder that holds images itself. */
export interface ImageFolder {
  /** Names of the folders from the root to this one; empty for the root. */
  readonly parts: readonly string[];
  readonly path: string;
  /** File names, sorted. */
  readonly images: readonly string[];
}

export interface ImageTree {
  /** Folders with images, in sorted order. */
  readonly folders: readonly ImageFolder[];
  /** Paths of CSV and text files, nearest to the root first. */
  readonly tables: readonly string[];
}

const IMAGE_NAME = /\.(jpe?g|png|webp|bmp|ppm|pgm|pnm)$/i;
const TABLE_NAME = /\.(csv|tsv|txt)$/i;

const MAX_DEPTH = 6;
const MAX_FOLDERS = 20_000;
const MAX_IMAGES = 5_000_000;

/** Bytes of an image file. */
const MAX_FILE_BYTES = 1 << 28;

/** Images decoded at once. */
const CONCURRENCY = 4;

export function hasImageName(name: string): boolean {
  return IMAGE_NAME.test(name);
}

/**
 * Lists the images under `root` without opening them, so that a folder of 60,000 costs one listing. Hidden entries
 * and the `__MACOSX` folder of archives are left out.
 */
export async function findImages(files: Files, root: string): Promise<ImageTree> {
  const folders: ImageFolder[] = [];
  const tables: string[] = [];
  let level: Pick<ImageFolder, 'parts' | 'path'>[] = [{ parts: [], path: root }];
  let visited = 0;
  let images = 0;
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth++) {
    const below: typeof level = [];
    for (const { parts, path } of level) {
      const names = (await files.list(path)).filter((name) => !name.startsWith('.') && name !== '__MACOSX');
      const found = names.filter(hasImageName);
      if (found.length > 0) folders.push({ parts, path, images: found });
      tables.push(...names.filter((name) => TABLE_NAME.test(name)).map((name) => files.join(path, name)));
      for (const name of names) {
        if (hasImageName(name) || TABLE_NAME.test(name)) continue;
        const child = files.join(path, name);
        if ((await files.info(child))?.kind === 'folder') below.push({ parts: [...parts, name], path: child });
      }
      images += found.length;
      if (++visited > MAX_FOLDERS || images > MAX_IMAGES) {
        throw new SamplesError('the folder is too large', {
          file: files.baseName(root),
          expected: `at most ${MAX_FOLDERS} folders and ${MAX_IMAGES} images`,
          got: 'more',
          hint: 'Choose a smaller folder.',
        });
      }
    }
    level = below;
  }
  return { folders: folders.sort((a, b) => (a.path < b.path ? -1 : 1)), tables };
}

/** A source over image files; `images` are paths with the names to show. */
export function imageFileSource(
  files: Files,
  images: readonly { readonly path: string; readonly name: string }[],
  about: Pick<SampleSource, 'description' | 'labels' | 'classNames' | 'split' | 'splits' | 'notes'>,
): SampleSource {
  const load = async (index: number): ReturnType<typeof decodeImage> => {
    const path = images[index]?.path ?? '';
    try {
      const size = (await files.info(path))?.size ?? 0;
      if (size > MAX_FILE_BYTES) return { reason: `the file is too large (${size} bytes)` };
      return await decodeImage(await files.read(path));
    } catch (error) {
      return { reason: error instanceof Error ? error.message : 'the file cannot be read' };
    }
  };
  return {
    ...about,
    count: images.length,
    values: 'bytes',
    name: (index) => images[index]?.name ?? String(index),
    async read(indices) {
      const decoded: Awaited<ReturnType<typeof load>>[] = [];
      for (let start = 0; start < indices.length; start += CONCURRENCY) {
        decoded.push(...(await Promise.all(indices.slice(start, start + CONCURRENCY).map(load))));
      }
      return decoded;
    },
  };
}
