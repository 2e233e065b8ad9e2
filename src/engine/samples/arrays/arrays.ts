/** @file Finds images and their labels among the arrays of a file and makes a sample source of them. */
import { SamplesError } from '../../support/errors';
import { sizeOf } from '../../graph/tensor';
import { labelsFrom } from './labels';
import type { DecodedImage, ImageShape, OpenOptions, SampleSource } from '../samples';
import { openPart, splitOf, type Part } from '../splits';
import type { StoredArray } from './storedArray';

type Layout = ImageShape & { readonly planar: boolean };

interface Pair extends Part {
  readonly images: StoredArray;
  readonly layout: Layout;
  readonly labels?: StoredArray;
}

/** One image is never larger than this, whatever the file says. */
const MAX_IMAGE_BYTES = 1 << 28;

const IMAGE_WORDS = /(^|[^a-z])(x|images?|imgs?|data|inputs?|features?|samples?)(?=[^a-z]|$)/i;
const LABEL_WORDS = /(^|[^a-z])(y|labels?|targets?|class(es)?|outputs?)(?=[^a-z]|$)/i;

/**
 * A source over the arrays of one file. Pairs images `[N, H, W]`, `[N, H, W, C]` or `[N, C, H, W]` with labels of equal
 * first dimension, by name ("X_test" with "y_test") and otherwise by order; prefers the test split.
 */
export function arraySource(
  kind: string,
  file: string,
  arrays: readonly StoredArray[],
  options: OpenOptions,
): Promise<SampleSource> {
  const pairs = findPairs(arrays, options.shape);
  if (pairs.length === 0) throw noImages(file, arrays, options.shape);
  return openPart(pairs, options.split, file, (pair) => pairSource(kind, file, pair));
}

async function pairSource(kind: string, file: string, { images, layout, labels }: Pair): Promise<SampleSource> {
  const show = (array: StoredArray): string => `${array.name} [${array.dims.join(', ')}]`;
  if (labels !== undefined && labels.dims[0] !== images.dims[0]) {
    throw new SamplesError('there are not as many labels as images', {
      file,
      place: labels.name,
      expected: `${images.dims[0] ?? 0} labels`,
      got: show(labels),
    });
  }
  return {
    description: kind,
    count: images.dims[0] ?? 0,
    ...(labels !== undefined && { labels: await labelsFrom(labels, file) }),
    splits: [],
    notes: [
      labels === undefined
        ? `No labels were found for ${show(images)}.`
        : `Images are read from ${show(images)}, labels from ${show(labels)}.`,
    ],
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

/** The labels of `images`: the array named like them ("X_test", "y_test"), otherwise one of the same length. */
function labelsOf(images: StoredArray, arrays: readonly StoredArray[]): StoredArray | undefined {
  const flat = arrays.filter((array) => array !== images && (array.dims.length === 1 || array.dims.length === 2));
  const named = flat.filter((array) => LABEL_WORDS.test(array.name));
  const rest = (name: string, words: RegExp): string => name.replace(words, '$1').toLowerCase();
  const twin = named.find(
    (array) => IMAGE_WORDS.test(images.name) && rest(array.name, LABEL_WORDS) === rest(images.name, IMAGE_WORDS),
  );
  const fits = (array: StoredArray): boolean => array.dims[0] === images.dims[0] && samePart(array.name, images.name);
  const plain = flat.filter(
    (array) => /^arr_\d+$/.test(array.name) || ((array.dims[1] ?? 1) === 1 && array.type.kind !== 'f'),
  );
  const following = plain.filter((array) => arrays.indexOf(array) > arrays.indexOf(images));
  return twin ?? [...named, ...following, ...plain].find(fits);
}

/** Whether the names do not tell different splits. */
function samePart(a: string, b: string): boolean {
  const [partA, partB] = [splitOf(a), splitOf(b)];
  return partA === partB || partA === a || partB === b;
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
