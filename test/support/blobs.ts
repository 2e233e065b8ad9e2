/** @file Images that a small network learns in a second. */
import { Random } from '../../src/engine/support/random';
import type { Samples } from '../../src/engine/samples/samples';

/** Bright blobs at one of three places of a 28×28 image. */
export function blobs(count: number): Samples {
  const random = new Random(11);
  const images = new Uint8Array(count * 784);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
  labels.forEach((label, i) => {
    for (let pixel = 0; pixel < 784; pixel++) {
      const [x, y] = [pixel % 28, Math.floor(pixel / 28)];
      const inside = Math.abs(x - 14) < 4 && Math.abs(y - 5 - 8 * label) < 4;
      images[i * 784 + pixel] = inside ? 140 + random.integer(100) : random.integer(40);
    }
  });
  return {
    ...{ channels: 1, height: 28, width: 28, path: 'blobs', source: 'blobs', images, count, labels, names: [] },
    ...{ available: count, skipped: [], splits: [], notes: [] },
  };
}
