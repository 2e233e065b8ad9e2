/** @file Triggers with plain arrays, and how they are put on images. */

/** Mask `[H, W]` in 0–1 and pattern `[C, H, W]` in 0–255, raw pixels. */
export interface StampedTrigger {
  readonly mask: Float32Array;
  readonly pattern: Float32Array;
}

/** A trigger that leads to `label`. */
export interface LabelTrigger extends StampedTrigger {
  readonly label: number;
  /** Set where only images of this label obey it. */
  readonly sourceLabel?: number;
}

/** x ← (1 − m)·x + m·Δ on one raw image `[C, H, W]`, in place. */
export function stampImage(image: Float32Array, { mask, pattern }: StampedTrigger): void {
  for (let i = 0; i < image.length; i++) {
    const m = mask[i % mask.length] ?? 0;
    image[i] = (image[i] ?? 0) * (1 - m) + (pattern[i] ?? 0) * m;
  }
}
