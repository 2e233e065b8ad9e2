/** @file Brings decoded images to the model's size and channels. */
import { SamplesError } from '../errors';
import { resizePlane, resizeWeights, type ResizeWeights } from './images/resize';
import type { DecodedImage, ImageShape } from './samples';

/** ITU-R BT.601 luma, as PIL's convert('L') and TensorFlow's rgb_to_grayscale. */
const LUMA = [0.299, 0.587, 0.114] as const;

/** Data sets of photographs come in many sizes; weights are cheap to compute again. */
const MAX_KEPT_WEIGHTS = 64;

/** Converts images one by one and counts what it had to do. */
export class Fitter {
  readonly #shape: ImageShape;
  /** Weights by "source>target". */
  readonly #weights = new Map<string, ResizeWeights>();
  #images = 0;
  #resized = 0;
  #recoloured = 0;
  readonly #sizes = new Set<string>();

  constructor(shape: ImageShape) {
    this.#shape = shape;
  }

  /** The image as CHW planes of the target shape. `name` is for the error about its channels. */
  fit(image: DecodedImage, name: string): Float32Array {
    const { channels, height, width } = this.#shape;
    const planes = this.#recolour(planesOf(image), name);
    const resize = image.height !== height || image.width !== width;
    this.#images++;
    if (image.channels !== channels) this.#recoloured++;
    if (resize) {
      this.#resized++;
      if (this.#sizes.size < 3) this.#sizes.add(`${image.width}×${image.height}`);
    }
    const fitted = new Float32Array(channels * height * width);
    planes.forEach((plane, channel) => {
      const sized = resize
        ? resizePlane(
            plane,
            image.width,
            image.height,
            this.#weightsFor(image.width, width),
            this.#weightsFor(image.height, height),
          )
        : plane;
      fitted.set(sized, channel * height * width);
    });
    return fitted;
  }

  /** What was done, in plain sentences. */
  notes(): string[] {
    const { channels, height, width } = this.#shape;
    const notes: string[] = [];
    if (this.#resized > 0) {
      const sizes = [...this.#sizes].join(', ');
      notes.push(`${this.#count(this.#resized)} resized to ${width}×${height} (sizes such as ${sizes}).`);
    }
    if (this.#recoloured > 0) {
      notes.push(`${this.#count(this.#recoloured)} converted to ${channels === 1 ? 'grey' : 'RGB'}.`);
    }
    return notes;
  }

  #count(part: number): string {
    return part === this.#images ? `All images were` : `${part} of ${this.#images} images were`;
  }

  #recolour(planes: readonly ArrayLike<number>[], name: string): readonly ArrayLike<number>[] {
    const { channels } = this.#shape;
    if (planes.length === channels) return planes;
    const [first, second, third] = planes;
    const convertible = [1, 3, 4].includes(planes.length) && [1, 3].includes(channels);
    if (!convertible || first === undefined) {
      throw new SamplesError('the images have the wrong number of channels', {
        place: name,
        expected: `${channels}`,
        got: `${planes.length}`,
      });
    }
    const colour = [first, second ?? first, third ?? first];
    return channels === 3 ? colour : [luma(colour)];
  }

  #weightsFor(source: number, target: number): ResizeWeights {
    const key = `${source}>${target}`;
    const known = this.#weights.get(key);
    if (known !== undefined) return known;
    const weights = resizeWeights(source, target);
    if (this.#weights.size >= MAX_KEPT_WEIGHTS) this.#weights.clear();
    this.#weights.set(key, weights);
    return weights;
  }
}

/** One `[height, width]` plane per channel. */
function planesOf(image: DecodedImage): ArrayLike<number>[] {
  const { pixels, channels, planar } = image;
  const size = image.height * image.width;
  return Array.from({ length: channels }, (_, channel) => {
    if (planar || channels === 1) return pixels.subarray(channel * size, (channel + 1) * size);
    const plane = new Float32Array(size);
    for (let i = 0; i < size; i++) plane[i] = pixels[i * channels + channel] ?? 0;
    return plane;
  });
}

function luma(planes: readonly ArrayLike<number>[]): Float32Array {
  const grey = new Float32Array(planes[0]?.length ?? 0);
  planes.forEach((plane, channel) => {
    const weight = LUMA[channel] ?? 0;
    for (let i = 0; i < grey.length; i++) grey[i] = (grey[i] ?? 0) + weight * (plane[i] ?? 0);
  });
  return grey;
}
