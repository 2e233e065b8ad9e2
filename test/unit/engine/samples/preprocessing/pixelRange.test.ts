import { describe, expect, it } from 'vitest';
import { pixelRange, toRawPixels } from '../../../../../src/engine/samples/preprocessing/pixelRange';

describe('pixelRange', () => {
  it.each([
    ['0…1', [0, 0.3, 1], [0, 76.5, 255]],
    ['0…1', [0, 1.0004], [0, 255]],
    ['−0.5…0.5', [-0.5, 0, 0.5], [0, 127.5, 255]],
    ['−1…1', [-1, 0.5, 1], [0, 191.25, 255]],
    ['0…255', [0, 12.5, 255], [0, 12.5, 255]],
    ['−128…127', [-128, 0, 127], [0, 128, 255]],
    ['0…65535', [0, 257, 65535], [0, 1, 255]],
  ])('finds %s', (label, values, expected) => {
    const floats = Float32Array.from(values);
    const range = pixelRange(floats, 'x.npy');
    expect(range.label).toBe(label);
    toRawPixels(floats, range).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 3);
    });
  });

  it('finds 0 and 1 in bytes', () => {
    const range = pixelRange(Uint8Array.of(0, 1, 1), 'x');
    expect(toRawPixels(Uint8Array.of(0, 1, 1), range)).toEqual(Uint8Array.of(0, 255, 255));
  });

  it('keeps bytes, and floats only where there are fractions', () => {
    const bytes = Uint8Array.of(0, 200);
    expect(toRawPixels(bytes, pixelRange(bytes, 'x'))).toBe(bytes);
    const eighths = Float32Array.from([0, 51, 255], (level) => level / 255);
    expect(toRawPixels(eighths, pixelRange(eighths, 'x'))).toEqual(Uint8Array.of(0, 51, 255));
    const fine = Float32Array.of(0, 0.123, 1);
    expect(toRawPixels(fine, pixelRange(fine, 'x'))).toBeInstanceOf(Float32Array);
  });

  it('refuses standardised values and values that are not finite', () => {
    expect(() => pixelRange(Float32Array.of(-2.1, 2.6), 'x.npy')).toThrow(
      /x\.npy: the pixel values are in no usual range .*got -2\.100 … 2\.600\)\. Save the images before mean/,
    );
    expect(() => pixelRange(Float32Array.of(0, NaN, 1), 'x.npy')).toThrow('not finite');
  });
});
