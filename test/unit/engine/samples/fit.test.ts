import { describe, expect, it } from 'vitest';
import { Fitter } from '../../../../src/engine/samples/fit';
import { resizeWeights } from '../../../../src/engine/samples/images/resize';
import type { DecodedImage } from '../../../../src/engine/samples/samples';
import { golden, planar } from './golden';

const { resize } = golden;
const image: DecodedImage = {
  pixels: Uint8Array.from(resize.source),
  channels: 3,
  height: resize.height,
  width: resize.width,
  planar: false,
};

describe('Fitter', () => {
  it.each(resize.targets)('resizes to $width×$height like PIL', ({ width, height, bytes, floats }) => {
    const fitted = new Fitter({ channels: 3, height, width }).fit(image, 'image');
    fitted.forEach((value, i) => {
      expect(Math.abs(value - floats[i]!)).toBeLessThan(0.01);
      // PIL rounds to 8 bits after each of the two passes.
      expect(Math.abs(Math.round(value) - bytes[i]!)).toBeLessThanOrEqual(1);
    });
  });

  it('leaves an image of the right shape as it is', () => {
    const fitter = new Fitter({ channels: 3, height: resize.height, width: resize.width });
    expect([...fitter.fit(image, 'image')]).toEqual(planar(resize.source));
    expect(fitter.notes()).toEqual([]);
  });

  it('reads planar and interleaved images alike', () => {
    const turned: DecodedImage = { ...image, pixels: Uint8Array.from(planar(resize.source)), planar: true };
    const shape = { channels: 3, height: 4, width: 4 };
    expect(new Fitter(shape).fit(turned, 'image')).toEqual(new Fitter(shape).fit(image, 'image'));
  });

  it('converts to grey like PIL, and grey to RGB', () => {
    const { height, width } = resize;
    const grey = new Fitter({ channels: 1, height, width }).fit(image, 'image');
    grey.forEach((value, i) => {
      expect(Math.abs(value - resize.grey[i]!)).toBeLessThanOrEqual(0.51);
    });
    const one: DecodedImage = { pixels: grey, channels: 1, height, width, planar: true };
    expect([...new Fitter({ channels: 3, height, width }).fit(one, 'image')]).toEqual([...grey, ...grey, ...grey]);
  });

  it('drops alpha', () => {
    const rgba: DecodedImage = { pixels: Uint8Array.of(1, 2, 3, 4), channels: 4, height: 1, width: 1, planar: false };
    expect([...new Fitter({ channels: 3, height: 1, width: 1 }).fit(rgba, 'image')]).toEqual([1, 2, 3]);
  });

  it('says what it did', () => {
    const fitter = new Fitter({ channels: 1, height: 4, width: 4 });
    fitter.fit(image, 'a');
    fitter.fit({ pixels: new Uint8Array(16), channels: 1, height: 4, width: 4, planar: true }, 'b');
    expect(fitter.notes()).toEqual([
      '1 of 2 images were resized to 4×4 (sizes such as 11×9).',
      '1 of 2 images were converted to grey.',
    ]);
  });

  it('refuses a wrong number of channels', () => {
    const two: DecodedImage = { pixels: new Uint8Array(8), channels: 2, height: 2, width: 2, planar: true };
    expect(() => new Fitter({ channels: 3, height: 2, width: 2 }).fit(two, 'x[3]')).toThrow(
      'x[3]: the images have the wrong number of channels (expected 3, got 2).',
    );
  });
});

describe('resizeWeights', () => {
  it.each([
    [7, 3],
    [3, 7],
    [100, 1],
    [1, 5],
    [5, 4],
  ])('sums to 1 and stays inside, %i to %i', (source, target) => {
    const { taps, starts, weights } = resizeWeights(source, target);
    for (let i = 0; i < target; i++) {
      const row = weights.subarray(i * taps, (i + 1) * taps);
      expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
      expect(starts[i]).toBeGreaterThanOrEqual(0);
      expect(starts[i]! + taps).toBeLessThanOrEqual(source);
    }
  });
});
