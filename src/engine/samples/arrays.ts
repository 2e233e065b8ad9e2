/** @file Finds images and their labels among the arrays of a file and makes a sample source of them. */
import { SamplesError } from '../errors';
import { sizeOf } from '../graph/tensor';
import { labelsFrom } from './labels';
import type { DecodedImage, ImageShape, OpenOptions, SampleSource } from './samples';
import { chooseSplit, splitOf } from './splits';
import type { StoredArray } from './storedArray';

type Layout = ImageShape & { readonly planar: boolean };

interface Pair {
  readonly images: StoredArray;
  readonly layout: Layout;
  readonly labels?: StoredArray;
  readonly split: string;
}

/** One image is never larger than this, whatever the file says. */
const MAX_IMAGE_BYTES = 1 << 28;

const IMAGE_WORDS = /(^|[^a-z])(x|images?|imgs?|data|inputs?|features?|samples?)(?=[^a-z]|$)/i;
const LABEL_WORDS = /(^|[^a-z])(y|labels?|targets?|class(es)?|outputs?)(?=[^a-z]|$)/i;

/**
 * A source over the arrays of one file. Pairs images `[N, H, W]`, `[N, H, W, C]` or `[N, C, H, W]` with labels of equal
 * first dimension, by name ("X_test" with "y_test") and otherwise by order; prefers the test split.
 */
export async function arraySource(
  kind: string,
  file: string,
  arrays: readonly StoredArray[],
  options: OpenOptions,
): Promise<SampleSource> {
  const [first, ...others] = findPairs(arrays, options.shape);
  if (first === undefined) throw noImages(file, arrays, options.shape);
  const chosen = chooseSplit([first, ...others], options.split, file);
  const { images, layout } = chosen;
  const several = others.length > 0;
  const labels = chosen.labels === undefined ? undefined : await labelsFrom(chosen.labels, file);
  const shown = `${images.name} [${images.dims.join(', ')}]`;
  const notes =
    chosen.labels === undefined
      ? [`No labels were found for ${shown}.`]
      : [`Images are read from ${shown}, labels from ${chosen.labels.name} [${chosen.labels.dims.join(', ')}].`];
  return {
    description: several ? `${kind}, split ${chosen.split}` : kind,
    count: images.dims[0] ?? 0,
    ...(labels !== undefined && { labels }),
    ...(several && { split: chosen.split }),
    splits: several ? [first, ...others].map((pair) => pair.split) : [],
    notes,
    values: images.type.size === 1 && images.type.kind !== 'i' ? 'bytes' : 'numbers',
    name: (index) => `${images.name}[${index}]`,
    async read(indices) {
      const read: DecodedImage[] = [];
      for (const index of indices) read.push({ ...layout, pixels: await images.rows(index, 1) });
      return read;
    },
  };
}

function findPairs(arrays: readonly StoredArray[], shape: ImageShape): Pair[] {
  const imageArrays = arrays.flatMap((images) => {
    const layout = layoutOf(images.dims, shape);
    const fits = layout !== undefined && sizeOf(images.dims.slice(1)) * images.type.size <= MAX_IMAGE_BYTES;
    return fits ? [{ images, layout }] : [];
  });
  const names = imageArrays.map(({ images }) => splitOf(images.name));
  return imageArrays.map(({ images, layout }, i) => {
    const labels = labelsOf(images, arrays);
    const word = names[i] ?? images.name;
    const split = names.indexOf(word) === names.lastIndexOf(word) ? word : images.name;
    return { images, layout, ...(labels !== undefined && { labels }), split };
  });
}

function labelsOf(images: StoredArray, arrays: readonly StoredArray[]): StoredArray | undefined {
  const candidates = arrays.filter(
    (array) => array !== images && array.dims.length <= 2 && array.dims.length >= 1 && array.dims[0] === images.dims[0],
  );
  const rest = (name: string, words: RegExp): string => name.replace(words, '$1').toLowerCase();
  const twin = candidates.find(
    (array) =>
      LABEL_WORDS.test(array.name) &&
      IMAGE_WORDS.test(images.name) &&
      rest(array.name, LABEL_WORDS) === rest(images.name, IMAGE_WORDS),
  );
  const plain = candidates.filter(
    (array) => /^arr_\d+$/.test(array.name) || ((array.dims[1] ?? 1) === 1 && array.type.kind !== 'f'),
  );
  return (
    twin ??
    candidates.find((array) => LABEL_WORDS.test(array.name)) ??
    plain.find((array) => arrays.indexOf(array) > arrays.indexOf(images)) ??
    plain[0]
  );
}

/** Where channels, height and width lie; `undefined` when the array cannot be images. */
function layoutOf(dims: readonly number[], shape: ImageShape): Layout | undefined {
  const [count = 0, a = 0, b = 0, c = 0] = dims;
  if (count === 0) return undefined;
  if (dims.length === 3) return large(a, b) ? { channels: 1, height: a, width: b, planar: true } : undefined;
  if (dims.length !== 4) return undefined;
  const interleaved: Layout = { channels: c, height: a, width: b, planar: false };
  const planar: Layout = { channels: a, height: b, width: c, planar: true };
  const choices = [interleaved, planar].filter(
    ({ channels, height, width }) => large(height, width) && [1, 3, 4, shape.channels].includes(channels),
  );
  const exact = choices.find((layout) => layout.height === shape.height && layout.width === shape.width);
  return exact ?? choices.find((layout) => layout.channels === shape.channels) ?? choices[0];
}

function large(height: number, width: number): boolean {
  return height >= 4 && width >= 4;
}

function noImages(file: string, arrays: readonly StoredArray[], shape: ImageShape): SamplesError {
  return new SamplesError('no array of images was found', {
    file,
    expected: `an array [N, H, W, C], [N, C, H, W] or [N, H, W] with ${shape.channels} channels`,
    got: arrays.map((array) => `${array.name} [${array.dims.join(', ')}]`).join('; ') || 'no arrays of numbers',
  });
}
