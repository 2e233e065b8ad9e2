/** @file Reads clean samples from anything we understand: opens the source, draws a balanced part, fits it to the model. */
import { SamplesError, UsageError } from '../support/errors';
import type { Files } from '../support/files';
import { throwIfCancelled } from '../support/cancellation';
import { Random } from '../support/random';
import { balancedOrder } from './draw';
import { Fitter } from './fit';
import { pixelRange, toRawPixels } from './preprocessing/pixelRange';
import { openSource } from './readers';
import type { ImageShape, ReadOptions, SampleSource, Samples, Skipped } from './samples';

const DEFAULT_LIMIT = 2000;

/** The batch is kept in memory whole; fewer samples are drawn when they are large. */
const MAX_BATCH_BYTES = 1 << 30;

/** Images read between two looks at the cancel signal. */
const BLOCK = 64;

/**
 * At most `limit` samples, class-balanced where there are labels; only those are decoded. The same source, shape, limit
 * and seed give the same samples. Throws {@link SamplesError} where not one image can be used.
 */
export async function readSamples(
  files: Files,
  path: string,
  shape: ImageShape,
  options: ReadOptions = {},
): Promise<Samples> {
  const { limit = DEFAULT_LIMIT, seed = 0 } = options;
  if (!Number.isInteger(limit) || limit < 1) {
    throw new UsageError('the number of samples must be a positive integer', { got: String(limit) });
  }
  const source = await openSource(files, path, { ...options, shape });
  try {
    const file = files.baseName(path);
    checkSource(source, file);
    const order = balancedOrder(source.count, source.labels, new Random(seed));
    const drawn = await draw(source, shape, order, limit, options);
    if (drawn.indices.length === 0) {
      const examples = drawn.skipped.slice(0, 3).map(({ name, reason }) => `${name}: ${reason}`);
      throw new SamplesError('no image can be read', { file, got: examples.join('; ') });
    }
    return finish(source, shape, drawn, path, file);
  } finally {
    source.close?.();
  }
}

function checkSource(source: SampleSource, file: string): void {
  if (source.count === 0) throw new SamplesError('there are no images', { file, place: source.description });
  if (source.labels !== undefined && source.labels.length !== source.count) {
    throw new SamplesError('there are not as many labels as images', {
      file,
      expected: `${source.count} labels`,
      got: String(source.labels.length),
    });
  }
}

interface Drawn {
  readonly images: Uint8Array | Float32Array;
  /** Index in the source of every image, in drawn order. */
  readonly indices: Int32Array;
  readonly skipped: Skipped[];
  readonly notes: string[];
}

/** Reads along `order` until `limit` images are found; unreadable ones are replaced by the next in order. */
async function draw(
  source: SampleSource,
  shape: ImageShape,
  order: Int32Array,
  limit: number,
  options: ReadOptions,
): Promise<Drawn> {
  const size = shape.channels * shape.height * shape.width;
  const affordable = Math.max(1, Math.floor(MAX_BATCH_BYTES / (size * (source.values === 'bytes' ? 1 : 4))));
  const room = Math.min(limit, source.count, affordable);
  const images = source.values === 'bytes' ? new Uint8ClampedArray(room * size) : new Float32Array(room * size);
  const slots = new Int32Array(room).fill(-1);
  const skipped: Skipped[] = [];
  const fitter = new Fitter(shape);
  let done = 0;
  for (let next = 0; done < room && next < order.length;) {
    const round = freeSlots(slots, order.subarray(next));
    next += round.length;
    for (let start = 0; start < round.length; start += BLOCK) {
      throwIfCancelled(options.signal);
      const block = round.slice(start, start + BLOCK);
      const read = await source.read(block.map(({ index }) => index));
      block.forEach(({ slot, index }, i) => {
        const image = read[i] ?? { reason: 'the image is missing' };
        if ('reason' in image) {
          skipped.push({ name: source.name(index), reason: image.reason });
          return;
        }
        images.set(fitter.fit(image, source.name(index)), slot * size);
        slots[slot] = index;
        done++;
      });
      options.onProgress?.(done, room);
    }
  }
  const notes = fitter.notes();
  if (room < Math.min(limit, source.count)) notes.push(`Only ${room} samples were drawn because the images are large.`);
  return { ...compact(images, slots, size), skipped, notes };
}

/** Gives the slots that are still empty the next indices in order; sorted by index, as sources like to be read. */
function freeSlots(slots: Int32Array, order: Int32Array): { slot: number; index: number }[] {
  const free = Array.from(slots.keys()).filter((slot) => slots[slot] === -1);
  return Array.from(order.subarray(0, free.length), (index, i) => ({ slot: free[i] ?? 0, index })).sort(
    (a, b) => a.index - b.index,
  );
}

/** Closes the gaps that unreadable images left where the source was exhausted. */
function compact(
  images: Uint8ClampedArray | Float32Array,
  slots: Int32Array,
  size: number,
): Pick<Drawn, 'images' | 'indices'> {
  let kept = 0;
  slots.forEach((index, slot) => {
    if (index === -1) return;
    images.copyWithin(kept * size, slot * size, (slot + 1) * size);
    kept++;
  });
  const used = images.subarray(0, kept * size);
  return {
    images: used instanceof Float32Array ? used : new Uint8Array(used.buffer, used.byteOffset, used.length),
    indices: slots.filter((index) => index !== -1),
  };
}

function finish(source: SampleSource, shape: ImageShape, drawn: Drawn, path: string, file: string): Samples {
  const { labels, classNames, split } = source;
  const range = pixelRange(drawn.images, file);
  const unscaled = range.scale === 1 && range.offset === 0;
  const rangeNotes = unscaled ? [] : [`Pixel values lie in ${range.label} and were mapped to 0…255.`];
  return {
    channels: shape.channels,
    height: shape.height,
    width: shape.width,
    path,
    source: source.description,
    images: toRawPixels(drawn.images, range),
    count: drawn.indices.length,
    ...(labels !== undefined && { labels: drawn.indices.map((index) => labels[index] ?? 0) }),
    ...(classNames !== undefined && { classNames }),
    names: Array.from(drawn.indices, (index) => source.name(index)),
    available: source.count,
    skipped: drawn.skipped,
    ...(split !== undefined && { split }),
    splits: source.splits,
    notes: [...source.notes, ...rangeNotes, ...drawn.notes],
  };
}
