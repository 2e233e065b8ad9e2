/** @file How a model wants its pixels: an affine map per channel, with the usual ones by name. It runs inside the graph. */
import * as z from 'zod';
import type { GraphBuilder } from '../../graph/builder';
import type { Value } from '../../graph/nodeBuilder';
import { float32 } from '../../graph/tensor';

/**
 * Maps raw pixels 0…255 to the model's input: channel order reversed when `bgr`, then value · scale + offset per channel
 * of the result. `scale` and `offset` hold one number for all channels or one per channel.
 */
export interface Preprocessing {
  readonly id: string;
  /** For people, such as "0…1". */
  readonly label: string;
  readonly scale: readonly number[];
  readonly offset: readonly number[];
  readonly bgr: boolean;
}

const perChannel = z.array(z.number()).min(1).max(4);

/** Checks a preprocessing that was saved; numbers must be finite and as many for scale as for offset. */
export const preprocessingSchema = z
  .object({
    id: z.string().min(1).max(100),
    label: z.string().min(1).max(200),
    scale: perChannel,
    offset: perChannel,
    bgr: z.boolean(),
  })
  .refine(({ scale, offset }) => scale.length === offset.length, 'scale and offset must have the same length');

/** Pixels as they are; also for models that rescale their input themselves. */
export const RAW: Preprocessing = { id: 'raw', label: '0…255', scale: [1], offset: [0], bgr: false };

export const UNIT: Preprocessing = { id: 'unit', label: '0…1', scale: [1 / 255], offset: [0], bgr: false };

export const SIGNED: Preprocessing = { id: 'signed', label: '−1…1', scale: [1 / 127.5], offset: [-1], bgr: false };

const CENTERED: Preprocessing = {
  id: 'centered',
  label: '−0.5…0.5',
  scale: [1 / 255],
  offset: [-0.5],
  bgr: false,
};

const IMAGENET_MEAN = [0.485, 0.456, 0.406];

/** RGB, in levels of 0…255. */
const CAFFE_MEAN = [123.68, 116.779, 103.939];

/** For any number of channels. */
const ANY = [UNIT, SIGNED, CENTERED];

const GREY: readonly Preprocessing[] = [
  standardised('mnist', 'MNIST mean and deviation', [0.1307], [0.3081]),
  standardised('fashion-mnist', 'Fashion-MNIST mean and deviation', [0.286], [0.353]),
  { id: 'inverted', label: '0…1 inverted', scale: [-1 / 255], offset: [1], bgr: false },
  RAW,
  { id: 'inverted-raw', label: '0…255 inverted', scale: [-1], offset: [255], bgr: false },
];

const RGB: readonly Preprocessing[] = [
  standardised('imagenet', 'ImageNet mean and deviation', IMAGENET_MEAN, [0.229, 0.224, 0.225]),
  standardised('cifar10', 'CIFAR-10 mean and deviation', [0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616]),
  standardised('clip', 'CLIP mean and deviation', [0.4815, 0.4578, 0.4082], [0.2686, 0.2613, 0.2758]),
  reversed(UNIT),
  reversed(SIGNED),
  RAW,
  { id: 'imagenet-raw', label: 'ImageNet mean, 0…255 levels', ...meanFree(CAFFE_MEAN), bgr: false },
  { id: 'caffe', label: 'Caffe: BGR, ImageNet mean, 0…255 levels', ...meanFree(CAFFE_MEAN.toReversed()), bgr: true },
  reversed(RAW),
];

/**
 * The preprocessings worth trying, in order of preference among equals: simple before special, and small ranges before
 * 0…255. A network trained on small numbers often works on numbers 255 times as large, but not the other way round.
 */
export function usualPreprocessings(channels: number): readonly Preprocessing[] {
  if (channels === 1) return [...ANY, ...GREY];
  return channels === 3 ? [...ANY, ...RGB] : [...ANY, RAW];
}

function reversed(base: Preprocessing): Preprocessing {
  return { ...base, id: `${base.id}-bgr`, label: `BGR ${base.label}`, bgr: true };
}

/** (pixel/255 − mean) / deviation */
function standardised(id: string, label: string, mean: readonly number[], deviation: readonly number[]): Preprocessing {
  const scale = deviation.map((value) => 1 / (255 * value));
  const offset = mean.map((value, channel) => -value / (deviation[channel] ?? 1));
  return { id, label, scale, offset, bgr: false };
}

function meanFree(mean: readonly number[]): Pick<Preprocessing, 'scale' | 'offset'> {
  return { scale: mean.map(() => 1), offset: mean.map((value) => -value) };
}

/** Appends the preprocessing to `b`; `x` is `[N, C, H, W]` in 0…255. */
export function applyPreprocessing(b: GraphBuilder, x: Value, preprocessing: Preprocessing): Value {
  const channels = x.dims[1] ?? 1;
  const scale = spread(preprocessing.scale, channels);
  const offset = spread(preprocessing.offset, channels);
  if (preprocessing.bgr) {
    // A 1×1 convolution reverses, scales and shifts in one pass.
    const kernel = new Float32Array(channels * channels);
    scale.forEach((value, channel) => (kernel[channel * channels + channels - 1 - channel] = value));
    const weights = b.constant(float32([channels, channels, 1, 1], kernel), 'preprocessing.kernel');
    const bias = b.constant(float32([channels], offset), 'preprocessing.bias');
    return b.op('Conv', [x, weights, bias], { kernel_shape: [1, 1] });
  }
  const dims = [1, channels, 1, 1];
  const scaled = scale.every((value) => value === 1)
    ? x
    : b.op('Mul', [x, b.constant(float32(dims, scale), 'preprocessing.scale')]);
  return offset.every((value) => value === 0)
    ? scaled
    : b.op('Add', [scaled, b.constant(float32(dims, offset), 'preprocessing.offset')]);
}

function spread(values: readonly number[], channels: number): number[] {
  if (values.length !== 1 && values.length !== channels) {
    throw new RangeError(`A preprocessing for ${values.length} channels does not fit ${channels}`);
  }
  return Array.from({ length: channels }, (_, channel) => values[channel] ?? values[0] ?? 0);
}
