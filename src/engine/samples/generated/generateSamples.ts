/** @file Samples that are generated, for a first look at a model whose own images are not at hand. */
import { Random } from '../../support/random';
import type { ImageShape, Samples } from '../samples';
import { cloudyNoise, deadLeaves, strokes, type Painter } from './pictures';

const PAINTERS: readonly Painter[] = [deadLeaves, strokes, cloudyNoise];

/** As many of each kind, in turn; without labels. The same seed gives the same images. */
export function generateSamples(shape: ImageShape, count: number, seed = 0): Samples {
  const random = new Random(seed);
  const size = shape.channels * shape.height * shape.width;
  const images = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) {
    PAINTERS[i % PAINTERS.length]?.(images.subarray(i * size, (i + 1) * size), shape, random);
  }
  return {
    ...shape,
    path: '',
    source: 'generated images',
    generated: true,
    images,
    count,
    names: Array.from({ length: count }, (_, i) => `generated ${i + 1}`),
    available: count,
    skipped: [],
    splits: [],
    notes: [],
  };
}
