/** @file Reads clean samples from anything we understand: opens the source, draws a balanced part, fits it to the model. */
import { SamplesError, UsageError } from '../errors';
import type { Files } from '../files';
import { throwIfCancelled } from '../progress';
import { Random } from '../random';
import { balancedOrder } from './draw';
import { Fitter } from './fit';
import { pixelRange, toRawPixels } from './pixelRange';
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
  const { limit = DEFAULT_LIMIT, seed = 0, ...open } = options;
  if (!Number.isInteger(limit) || limit < 1) {
    throw new UsageError('the number of samples must be a positive integer', { got: String(limit) });
  }
  const source = await openSource(files, path, { ...open, shape });
  const file = files.baseName(path);
  if (source.count === 0) throw new SamplesError('there are no images', { file, place: source.description });
  if (source.labels !== undefined && source.labels.length !== source.count) {
    throw new SamplesError('there are not as many labels as images', {
      file,
      expected: `${source.count} labels`,
      got: String(source.labels.length),
    });
  }

  const imageBytes = shape.channels * shape.height * shape.width * (source.values === 'bytes' ? 1 : 4);
  const room = Math.min(limit, source.count, Math.max(1, Math.floor(MAX_BATCH_BYTES / imageBytes)));
  const order = balancedOrder(source.count, source.labels, new Random(seed));
  const drawn = await draw(source, shape, order, room, options);
  if (drawn.indices.length === 0) {
    throw new SamplesError('no image can be read', {
      file,
      got: drawn.skipped.slice(0, 3).map(({ name, reason }) => `${name}: ${reason}`).join('; '),
    });
  }

  const { labels, classNames, split } = source;
  const range = pixelRange(drawn.images, file);
  const scaled = range.scale !== 1 || range.offset !== 0;
  return {
    ...shape,
    path,
    source: source.description,
    images: toRawPixels(drawn.images, range),
    count: drawn.indices.length,
    ...(labels !== undefined && { labels: Int32Array.from(drawn.indices, (index) => labels[index] ?? 0) }),
    ...(classNames !== undefined && { classNames }),
    names: Array.from(drawn.indices, (index) => source.name(index)),
    available: source.count,
    skipped: drawn.skipped,
    ...(split !== undefined && { split }),
    splits: source.splits,
    notes: [
      ...source.notes,
      ...(scaled ? [`Pixel values lie in ${range.label} and were mapped to 0…255.`] : []),
      ...drawn.notes,
    ],
  };
}

interface Drawn {
  readonly images: Uint8Array | Float32Array;
  /** Index in the source of every image, in drawn order. */
  readonly indices: Int32Array;
  readonly skipped: Skipped[];
  readonly notes: string[];
}

/** Reads along `order` until `room` images are found; unreadable ones are replaced by the next in order. */
async function draw(
  source: SampleSource,
  shape: ImageShape,
  order: Int32Array,
  room: number,
  options: ReadOptions,
): Promise<Drawn> {
  const size = shape.channels * shape.height * shape.width;
  const images = source.values === 'bytes' ? new Uint8ClampedArray(room * size) : new Float32Array(room * size);
  const slots = new Int32Array(room).fill(-1);
  const skipped: Skipped[] = [];
  const fitter = new Fitter(shape);
  let done = 0;
  for (let next = 0; done < room && next < order.length;) {
    const free = Array.from(slots.keys()).filter((slot) => slots[slot] === -1);
    const round = free
      .map((slot, i) => ({ slot, index: order[next + i] ?? -1 }))
      .filter(({ index }) => index >= 0)
      .sort((a, b) => a.index - b.index);
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
  return { ...compact(images, slots, size), skipped, notes: fitter.notes() };
}

/** Closes the gaps that unreadable images left at the end of the source. */
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
