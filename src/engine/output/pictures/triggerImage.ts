/** @file A reversed trigger as pictures. */
import { maskOf, patternOf } from '../../report/decodeTrigger';
import type { Trigger } from '../../report/scanReport';
import type { Image } from './png';

/** Grey: white where the trigger replaces the image. */
export function maskImage(trigger: Trigger): Image {
  const { width, height } = trigger;
  return { width, height, channels: 1, pixels: Uint8Array.from(maskOf(trigger), (value) => byte(255 * value)) };
}

/** The colours that would be painted, also where the mask lets none of them through. */
export function patternImage(trigger: Trigger): Image {
  return paint(trigger, () => 1);
}

/** m·Δ: what the trigger looks like on a black image. */
export function stampImage(trigger: Trigger): Image {
  const mask = maskOf(trigger);
  return paint(trigger, (pixel) => mask[pixel] ?? 0);
}

/** Grey for models of fewer than three channels, otherwise the first three as RGB. */
function paint(trigger: Trigger, weight: (pixel: number) => number): Image {
  const { width, height } = trigger;
  const pattern = patternOf(trigger);
  const channels = trigger.channels < 3 ? 1 : 3;
  const plane = width * height;
  const pixels = new Uint8Array(plane * channels);
  for (let pixel = 0; pixel < plane; pixel++) {
    for (let c = 0; c < channels; c++) {
      pixels[pixel * channels + c] = byte((pattern[c * plane + pixel] ?? 0) * weight(pixel));
    }
  }
  return { width, height, channels, pixels };
}

/** The nearest value that a pixel can have. */
export function byte(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
