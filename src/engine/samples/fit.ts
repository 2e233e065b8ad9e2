/** @file Brings decoded images to the model's size and channels. */
import { SamplesError } from '../support/errors';
import { resizePlane, resizeWeights, type Plane, type ResizeWeights } from './images/resize';
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
    this.#count(image);
    const fitted = new Float32Array(channels * height * width);
    this.#recolour(planesOf(image), name).forEach((plane, channel) => {
      const horizontal = this.#weightsFor(plane.width, width);
      const vertical = this.#weightsFor(plane.height, height);
      const same = plane.width === width && plane.height === height;
      fitted.set(same ? flat(plane) : resizePlane(plane, horizontal, vertical), channel * height * width);
    });
    return fitted;
  }

  /** What was done, in plain sentences. */
  notes(): string[] {
    const { channels, height, width } = this.#shape;
    const share = (part: number): string =>
      part === this.#images ? 'All images were' : `${part} of ${this.#images} images were`;
    const notes: string[] = [];
    if (this.#resized > 0) {
      const sizes = [...this.#sizes].join(', ');
      notes.push(`${share(this.#resized)} resized to ${width}×${height} (sizes such as ${sizes}).`);
    }
    if (this.#recoloured > 0) {
      notes.push(`${share(this.#recoloured)} converted to ${channels === 1 ? 'grey' : 'RGB'}.`);
    }
    return notes;
  }

  #count(image: DecodedImage): void {
    this.#images++;
    if (image.channels !== this.#shape.channels) this.#recoloured++;
    if (image.height === this.#shape.height && image.width === this.#shape.width) return;
    this.#resized++;
    if (this.#sizes.size < 3) this.#sizes.add(`${image.width}×${image.height}`);
  }

  #recolour(planes: readonly Plane[], name: string): readonly Plane[] {
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

function planesOf(image: DecodedImage): Plane[] {
  const { pixels: values, channels, height, width, planar } = image;
  return Array.from({ length: channels }, (_, channel) => ({
    values,
    start: planar ? channel * height * width : channel,
    stride: planar ? 1 : channels,
    width,
    height,
  }));
}

/** The values of the plane, row-major. */
function flat({ values, start, stride, width, height }: Plane): Float32Array {
  const result = new Float32Array(width * height);
  for (let i = 0; i < result.length; i++) result[i] = values[start + i * stride] ?? 0;
  return result;
}

function luma(planes: readonly Plane[]): Plane {
  const [first] = planes;
  const { width, height } = first ?? { width: 0, height: 0 };
  const grey = new Float32Array(width * height);
  planes.forEach(({ values, start, stride }, channel) => {
    const weight = LUMA[channel] ?? 0;
    for (let i = 0; i < grey.length; i++) grey[i] = (grey[i] ?? 0) + weight * (values[start + i * stride] ?? 0);
  });
  return { values: grey, start: 0, stride: 1, width, height };
}
