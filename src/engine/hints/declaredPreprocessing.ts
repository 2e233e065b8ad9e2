/** @file The preprocessing that a file beside a model declares. */
import * as z from 'zod';
import { type Preprocessing, SIGNED, usualPreprocessings } from '../samples/preprocessing/preprocessing';

/** Relative difference up to which two numbers are the same one, written down with more or fewer digits. */
const TOLERANCE = 1e-3;

const oneOrMore = z.union([z.number().transform((value) => [value]), z.array(z.number()).min(1).max(4)]);

/** `preprocessor_config.json` of Hugging Face: (pixel · rescale_factor − image_mean) / image_std, each step optional. */
const preprocessor = z.object({
  do_rescale: z.boolean().default(true),
  rescale_factor: z.number().default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: oneOrMore.default([0]),
  image_std: oneOrMore.default([1]),
  /** BGR, as MobileViT wants it. */
  do_flip_channel_order: z.boolean().default(false),
});

/** Of timm, in the `config.json` of a model that is published with it. */
const timm = z.object({ pretrained_cfg: z.object({ mean: oneOrMore, std: oneOrMore }) });

/** `metadata.json` of Teachable Machine, whose images run from −1 to 1. */
const teachableMachine = z.object({ packageName: z.string().startsWith('@teachablemachine/') });

/** What `content` of a file named `file` declares for a model of so many channels; `undefined` where it declares nothing that fits. */
export function declaredPreprocessing(file: string, content: unknown, channels: number): Preprocessing | undefined {
  switch (file) {
    case 'metadata.json':
      return teachableMachine.safeParse(content).success ? SIGNED : undefined;
    case 'config.json': {
      const { data } = timm.safeParse(content);
      return data && standardised(file, channels, 1 / 255, data.pretrained_cfg.mean, data.pretrained_cfg.std);
    }
    case 'preprocessor_config.json': {
      const { data } = preprocessor.safeParse(content);
      if (data === undefined) return undefined;
      const factor = data.do_rescale ? data.rescale_factor : 1;
      const [mean, deviation] = data.do_normalize ? [data.image_mean, data.image_std] : [[0], [1]];
      return standardised(file, channels, factor, mean, deviation, data.do_flip_channel_order);
    }
    default:
      return undefined;
  }
}

/** The usual one with these numbers, where there is one: people know it by name, and it is tried but once. */
function standardised(
  file: string,
  channels: number,
  factor: number,
  mean: readonly number[],
  deviation: readonly number[],
  bgr = false,
): Preprocessing | undefined {
  const count = Math.max(mean.length, deviation.length);
  const fits = [mean, deviation].every(({ length }) => length === 1 || length === count);
  if (!fits || (count !== 1 && count !== channels)) return undefined;
  const at = (values: readonly number[], channel: number): number => values[channel] ?? values[0] ?? NaN;
  const scale = Array.from({ length: count }, (_, channel) => factor / at(deviation, channel));
  const offset = Array.from({ length: count }, (_, channel) => -at(mean, channel) / at(deviation, channel));
  if (![...scale, ...offset].every(Number.isFinite)) return undefined;
  const declared: Preprocessing = { id: 'declared', label: `as ${file} says`, scale, offset, bgr };
  return usualPreprocessings(channels).find((usual) => isSame(usual, declared, channels)) ?? declared;
}

function isSame(a: Preprocessing, b: Preprocessing, channels: number): boolean {
  const close = (one: readonly number[], other: readonly number[]): boolean =>
    Array.from({ length: channels }, (_, channel) => {
      const [x = NaN, y = NaN] = [one[channel] ?? one[0], other[channel] ?? other[0]];
      return Math.abs(x - y) <= TOLERANCE * Math.max(Math.abs(x), Math.abs(y));
    }).every(Boolean);
  return a.bgr === b.bgr && close(a.scale, b.scale) && close(a.offset, b.offset);
}
