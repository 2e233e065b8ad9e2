import { expect, it } from 'vitest';
import { denoise } from '../../../../src/engine/attack/denoise';
import { Random } from '../../../../src/engine/support/random';

/** Isotropic, forward differences. */
function totalVariation(image: Float32Array, width: number, height: number): number {
  let sum = 0;
  for (let i = 0; i < image.length; i++) {
    const right = i % width < width - 1 ? image[i + 1]! - image[i]! : 0;
    const below = Math.floor(i / width) < height - 1 ? image[i + width]! - image[i]! : 0;
    sum += Math.hypot(right, below);
  }
  return sum;
}

it('leaves an even image as it is', () => {
  const image = new Float32Array(12).fill(7);
  denoise(image, { channels: 1, height: 3, width: 4 }, 5);
  expect(image).toEqual(new Float32Array(12).fill(7));
});

it('brings two pixels together by the weight, which is the exact solution', () => {
  // ½(a − 0)² + ½(b − 100)² + 3·|b − a| is least at a = 3, b = 97.
  const image = Float32Array.of(0, 100);
  denoise(image, { channels: 1, height: 1, width: 2 }, 3);
  expect(image[0]).toBeCloseTo(3, 0);
  expect(image[1]).toBeCloseTo(97, 0);
});

it('lowers ½‖x − y‖² + weight · TV of a noisy image, each plane by itself', () => {
  const random = new Random(1);
  const [width, height, weight] = [9, 8, 20];
  const noisy = Float32Array.from(
    { length: 2 * width * height },
    (_, i) => (i % width < 4 ? 50 : 200) + 40 * random.uniform(),
  );
  const image = noisy.slice();
  denoise(image, { channels: 2, height, width }, weight);
  for (const plane of [0, 1]) {
    const part = (values: Float32Array): Float32Array =>
      values.subarray(plane * width * height, (plane + 1) * width * height);
    const distance = part(image).reduce((sum, value, i) => sum + (value - part(noisy)[i]!) ** 2 / 2, 0);
    const after = distance + weight * totalVariation(part(image), width, height);
    expect(after).toBeLessThan(0.9 * weight * totalVariation(part(noisy), width, height));
  }
  const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);
  expect(sum(image)).toBeCloseTo(sum(noisy), 0);
});
