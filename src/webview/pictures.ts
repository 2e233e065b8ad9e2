/** @file A reversed trigger as `data:` pictures: mask, pattern, m·Δ, and stamped on a sample. */
import { maskImage, patternImage, stampImage } from '../engine/output/pictures/triggerImage';
import { maskOf, patternOf } from '../engine/report/decodeTrigger';
import { pngUri } from '../engine/output/pictures/png';
import type { Trigger } from '../engine/report/scanReport';

export interface TriggerPictures {
  readonly mask: string;
  readonly pattern: string;
  readonly stamp: string;
}

export function triggerPictures(trigger: Trigger): TriggerPictures {
  return {
    mask: pngUri(maskImage(trigger)),
    pattern: pngUri(patternImage(trigger)),
    stamp: pngUri(stampImage(trigger)),
  };
}

export function maskPicture(trigger: Trigger): string {
  return pngUri(maskImage(trigger));
}

/** (1 − m)·x + m·Δ on the sample picture, in raw pixel values as in the scan. */
export async function stampOn(sample: string, trigger: Trigger): Promise<string> {
  const { width, height } = trigger;
  const image = new Image();
  image.src = sample;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return sample;
  context.drawImage(image, 0, 0, width, height);
  const picture = context.getImageData(0, 0, width, height);
  const mask = maskOf(trigger);
  const pattern = patternOf(trigger);
  const plane = width * height;
  for (let pixel = 0; pixel < plane; pixel++) {
    const m = mask[pixel] ?? 0;
    for (let c = 0; c < 3; c++) {
      // Grey models have one channel, which is all three colours of the picture.
      const delta = pattern[(trigger.channels < 3 ? 0 : c) * plane + pixel] ?? 0;
      picture.data[4 * pixel + c] = (1 - m) * (picture.data[4 * pixel + c] ?? 0) + m * delta;
    }
  }
  context.putImageData(picture, 0, 0);
  return canvas.toDataURL('image/png');
}
