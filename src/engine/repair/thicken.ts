/** @file Reversed triggers are the smallest that work; the attacker's own is larger. */
import type { StampedTrigger } from '../classify/labelTrigger';
import type { ImageShape } from '../samples/samples';
import type { KnownTrigger } from './judge';

/** By so many pixels in each direction. */
const RADII = [1, 2];

/** A mask that small does not tell a colour, 0–1. */
const FAINT = 0.05;

/** Each trigger grown a little and a little more: what stands in for the attacker's own in training and in judging. */
export function thickened(triggers: readonly KnownTrigger[], shape: ImageShape): KnownTrigger[] {
  return triggers.flatMap((trigger) => RADII.map((radius) => ({ ...trigger, ...thicken(trigger, shape, radius) })));
}

/**
 * The trigger grown by `radius` pixels in each direction: every place takes mask and colours of the place within reach whose mask is
 * strongest. Same shapes and ranges as the trigger's.
 */
export function thicken(
  { mask, pattern }: StampedTrigger,
  { channels, height, width }: ImageShape,
  radius: number,
): StampedTrigger {
  const area = height * width;
  const grown = { mask: mask.slice(), pattern: pattern.slice() };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const place = y * width + x;
      let strongest = place;
      for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++) {
        for (let u = Math.max(0, x - radius); u <= Math.min(width - 1, x + radius); u++) {
          if ((mask[v * width + u] ?? 0) > (mask[strongest] ?? 0)) strongest = v * width + u;
        }
      }
      if ((mask[strongest] ?? 0) < FAINT) continue;
      grown.mask[place] = mask[strongest] ?? 0;
      for (let c = 0; c < channels; c++) grown.pattern[c * area + place] = pattern[c * area + strongest] ?? 0;
    }
  }
  return grown;
}
