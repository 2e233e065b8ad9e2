/** @file Pictures of triggers, small enough for tree items and tooltips. */
import { setImmediate as breathe } from 'node:timers/promises';
import { pngUri, type Image } from '../../engine/output/pictures/png';
import { closeUp } from '../../engine/output/pictures/closeUp';
import { maskImage, patternImage } from '../../engine/output/pictures/triggerImage';
import type { LabelResult, Trigger } from '../../engine/report/scanReport';

/** Pixels of an icon's side; more is not seen. */
const ICON = 32;
/** Most pixels of a trigger on a tooltip picture's side: VS Code cuts Markdown off at 100,000 characters. */
const TOOLTIP = 72;
/** CSS pixels of a tooltip picture's side. */
export const SIDE = 144;
/** CSS pixels of the side of a picture in a line of text. */
const INLINE = 14;
const MAX_SAMPLE = 40_000;

const icons = new WeakMap<LabelResult, string>();

/** The trigger from near as `data:` URI; made once per result. `undefined` where there is no trigger, or one that cannot be drawn. */
export function triggerIcon(result: LabelResult): string | undefined {
  const known = icons.get(result);
  if (known !== undefined || result.trigger === undefined) return known;
  const icon = drawn(() => pngUri(closeUp(result.trigger as Trigger, ICON)));
  if (icon !== undefined) icons.set(result, icon);
  return icon;
}

/** The same in a line of text: an editor shows pictures as large as they are. */
export function inlineTriggerIcon(result: LabelResult): string | undefined {
  const icon = triggerIcon(result);
  return icon === undefined ? undefined : svgUri(picture(icon), INLINE);
}

/** `data:` URIs. */
export interface TriggerPictures {
  readonly mask: string;
  /** What is painted, from near. */
  readonly closeUp: string;
  /** On a clean sample; absent where there is none that is small enough. */
  readonly stamped?: string;
}

/** `sample` is a clean image as `data:` URI. Lets others work between the pictures. */
export async function triggerPictures(trigger: Trigger, sample?: string): Promise<TriggerPictures | undefined> {
  const mask = drawn(() => pngUri(shrink(maskImage(trigger), TOOLTIP)));
  await breathe();
  const near = drawn(() => pngUri(closeUp(trigger, TOOLTIP)));
  if (mask === undefined || near === undefined) return undefined;
  const pictures = { mask: svgUri(picture(mask)), closeUp: svgUri(picture(near)) };
  if (sample === undefined || sample.length > MAX_SAMPLE) return pictures;
  await breathe();
  const pattern = pngUri(shrink(patternImage(trigger), TOOLTIP));
  return { ...pictures, stamped: svgUri(overlaid(sample, pattern, mask)) };
}

/** (1 − m)·x + m·Δ, so that nobody has to decode the sample. */
function overlaid(sample: string, pattern: string, mask: string): string {
  // Masks are shares of the raw pixel values, so colours must not be linearised.
  const luminance = `<mask id="m" style="mask-type:luminance" color-interpolation="sRGB">${picture(mask)}</mask>`;
  return `${luminance}${picture(sample)}${picture(pattern, ' mask="url(#m)"')}`;
}

/** Pixels with sharp edges at any size, which a tooltip's style sheet cannot be asked for. */
function picture(source: string, attributes = ''): string {
  return `<image href="${escapeAttribute(source)}" width="100%" height="100%" preserveAspectRatio="none" style="image-rendering:pixelated"${attributes}/>`;
}

function svgUri(content: string, side = SIDE): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}">${content}</svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}

function escapeAttribute(text: string): string {
  return text.replace(/[<>"&]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** Means over square cells, so that neither side is longer than `side`. */
export function shrink(image: Image, side: number): Image {
  const cell = Math.ceil(Math.max(image.width, image.height) / side);
  if (cell <= 1) return image;
  const { channels } = image;
  const width = Math.ceil(image.width / cell);
  const height = Math.ceil(image.height / cell);
  const sums = new Float64Array(width * height * channels);
  const counts = new Float64Array(width * height);
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const target = Math.floor(y / cell) * width + Math.floor(x / cell);
      counts[target] = (counts[target] ?? 0) + 1;
      for (let c = 0; c < channels; c++) {
        const value = image.pixels[(y * image.width + x) * channels + c] ?? 0;
        sums[target * channels + c] = (sums[target * channels + c] ?? 0) + value;
      }
    }
  }
  const pixels = Uint8Array.from(sums, (sum, i) => Math.round(sum / (counts[Math.floor(i / channels)] ?? 1)));
  return { width, height, channels, pixels };
}

/** A report from somewhere else may hold a trigger that is none; a missing picture is no reason to fail. */
function drawn<T>(draw: () => T): T | undefined {
  try {
    return draw();
  } catch {
    return undefined;
  }
}
