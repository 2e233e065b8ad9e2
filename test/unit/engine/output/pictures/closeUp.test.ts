import { expect, it } from 'vitest';
import { closeUp, squareAround } from '../../../../../src/engine/output/pictures/closeUp';
import type { Trigger } from '../../../../../src/engine/report/scanReport';
import { encodeFloats } from '../../../../../src/engine/support/base64';

/** Ones in a square, `strewn` elsewhere. */
function maskWith(height: number, width: number, left: number, top: number, side: number, strewn = 0): Float32Array {
  return Float32Array.from({ length: height * width }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= left && x < left + side && y >= top && y < top + side ? 1 : strewn;
  });
}

it('finds the smallest square that holds most of the mask, with a margin', () => {
  expect(squareAround(maskWith(28, 28, 10, 12, 4), 28, 28)).toEqual({ left: 9, top: 11, side: 6 });
  // 16 of 16 + 0.004 · 768 are more than 80 %.
  expect(squareAround(maskWith(28, 28, 10, 12, 4, 0.004), 28, 28)).toEqual({ left: 9, top: 11, side: 6 });
});

it('stays inside the image', () => {
  expect(squareAround(maskWith(28, 28, 24, 24, 4), 28, 28)).toEqual({ left: 22, top: 22, side: 6 });
  expect(squareAround(maskWith(28, 28, 0, 0, 4), 28, 28)).toEqual({ left: 0, top: 0, side: 6 });
});

it('shows all of an image where the mask is everywhere or nowhere', () => {
  expect(squareAround(new Float32Array(12 * 20), 12, 20)).toEqual({ left: 0, top: 0, side: 20 });
  expect(squareAround(new Float32Array(12 * 20).fill(1), 12, 20).side).toBe(20);
});

function trigger(mask: Float32Array, colour: readonly number[]): Trigger {
  const pattern = Float32Array.from({ length: 3 * mask.length }, (_, i) => colour[Math.floor(i / mask.length)] ?? 0);
  return { channels: 3, height: 28, width: 28, mask: encodeFloats(mask), pattern: encodeFloats(pattern) };
}

it('paints the trigger on a ground of two greys', () => {
  const { pixels, width, height, channels } = closeUp(trigger(maskWith(28, 28, 10, 12, 4), [255, 0, 20]), 24);
  expect([width, height, channels]).toEqual([24, 24, 3]);
  const at = (x: number, y: number): number[] => [...pixels.subarray(3 * (y * 24 + x), 3 * (y * 24 + x) + 3)];
  // Six pixels of the trigger on 24 of the picture: the margin is four wide.
  expect(at(3, 3)).toEqual([144, 144, 144].map((_, c) => at(0, 0)[c]));
  expect(at(4, 4)).toEqual([255, 0, 20]);
  expect(at(19, 19)).toEqual([255, 0, 20]);
  expect(at(20, 12)[0]).toBe(at(20, 12)[2]);
  expect(new Set([at(0, 0)[0], at(0, 3)[0]])).toEqual(new Set([112, 144]));
});

it('shows half a mask as half the ground, and means of what is too small to be seen', () => {
  const half = trigger(new Float32Array(28 * 28).fill(0.5), [200, 200, 200]);
  expect(closeUp(half, 28).pixels[0]).toBe(156);
  const stripes = trigger(
    Float32Array.from({ length: 28 * 28 }, (_, i) => i % 2),
    [0, 0, 0],
  );
  expect(closeUp(stripes, 14).pixels[0]).toBe(56);
});
