import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage, isImage } from '../../../../../src/engine/samples/images/decodeImage';
import { bmp, concat, ppm } from '../bytes';

/** 3×2 RGB pixels, all different. */
const RGB = Uint8Array.from({ length: 18 }, (_, i) => i * 14);
const raw = (pixels: Uint8Array | Uint16Array, channels: 1 | 2 | 3 | 4) =>
  sharp(pixels, { raw: { width: 3, height: 2, channels } });

async function pixelsOf(bytes: Uint8Array): Promise<{ channels: number; pixels: number[] }> {
  expect(isImage(bytes)).toBe(true);
  const image = await decodeImage(bytes);
  if ('reason' in image) throw new Error(image.reason);
  expect([image.width, image.height]).toEqual([3, 2]);
  return { channels: image.channels, pixels: Array.from(image.pixels) };
}

async function reasonOf(bytes: Uint8Array): Promise<string> {
  const image = await decodeImage(bytes);
  return 'reason' in image ? image.reason : 'readable';
}

describe('decodeImage with sharp', () => {
  it('reads PNG and lossless WebP exactly', async () => {
    const expected = { channels: 3, pixels: [...RGB] };
    expect(await pixelsOf(await raw(RGB, 3).png().toBuffer())).toEqual(expected);
    expect(await pixelsOf(await raw(RGB, 3).webp({ lossless: true }).toBuffer())).toEqual(expected);
  });

  it('reads JPEG', async () => {
    const grey = Uint8Array.from({ length: 18 }, (_, i) => 100 + Math.floor(i / 3));
    const { pixels } = await pixelsOf(await raw(grey, 3).jpeg({ quality: 100 }).toBuffer());
    pixels.forEach((value, i) => {
      expect(Math.abs(value - 100 - i)).toBeLessThan(3);
    });
  });

  it('gives grey images one channel', async () => {
    const grey = Uint8Array.from({ length: 6 }, (_, i) => i * 40);
    expect(await pixelsOf(await raw(grey, 1).png().toBuffer())).toEqual({ channels: 1, pixels: [...grey] });
    expect(await pixelsOf(await raw(grey, 1).toColourspace('b-w').png().toBuffer())).toEqual({
      channels: 1,
      pixels: [...grey],
    });
  });

  it('drops transparency without blending', async () => {
    const rgba = Uint8Array.from({ length: 24 }, (_, i) => (i % 4 === 3 ? 0 : i * 10));
    const { pixels } = await pixelsOf(await raw(rgba, 4).png().toBuffer());
    expect(pixels).toEqual([...rgba].filter((_, i) => i % 4 !== 3));
  });

  it('scales 16-bit PNG to 8 bits', async () => {
    const wide = Uint16Array.from({ length: 18 }, (_, i) => i * 14 * 257);
    const bytes = await raw(wide, 3).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    expect((await pixelsOf(bytes)).pixels).toEqual([...RGB]);
  });

  it('ignores orientation tags and colour profiles', async () => {
    const bytes = await raw(RGB, 3).png().withMetadata({ orientation: 6 }).withIccProfile('p3').toBuffer();
    const plain = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    expect((await pixelsOf(bytes)).pixels).toEqual([...plain]);
  });

  it('says why a damaged image cannot be used', async () => {
    const png = await raw(RGB, 3).png().toBuffer();
    expect(await reasonOf(png.subarray(0, 45))).not.toBe('readable');
    expect(await reasonOf(new Uint8Array(0))).toBe('the file is empty');
    expect(await reasonOf(Buffer.from('GIF89a and so on'))).toMatch(/not a JPEG/);
    const jpeg = await sharp(RGB, { raw: { width: 3, height: 2, channels: 3 } })
      .resize(64, 64)
      .jpeg()
      .toBuffer();
    expect(await reasonOf(jpeg.subarray(0, jpeg.length >> 1))).not.toBe('readable');
  });

  it('refuses images that unpack to too many pixels', async () => {
    const bomb = await sharp({ create: { width: 6000, height: 6000, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    expect(bomb.length).toBeLessThan(1e6);
    expect(await reasonOf(bomb)).toMatch(/pixel limit/);
  });
});

describe('decodeImage of PPM and PGM', () => {
  it('reads the binary forms', async () => {
    expect(await pixelsOf(concat('P6 3 2 255\n', RGB))).toEqual({ channels: 3, pixels: [...RGB] });
    expect(await pixelsOf(concat('P5\n# made by hand\n3 2\n#x\n255\n', [0, 1, 2, 3, 4, 255]))).toEqual({
      channels: 1,
      pixels: [0, 1, 2, 3, 4, 255],
    });
  });

  it('scales other maxima', async () => {
    expect((await pixelsOf(concat('P5 3 2 15\n', [0, 1, 2, 3, 4, 15]))).pixels).toEqual([0, 17, 34, 51, 68, 255]);
    const wide = concat('P5 3 2 65535\n', [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 255, 255]);
    expect((await pixelsOf(wide)).pixels).toEqual([0, 1, 2, 3, 4, 255]);
  });

  it('reads the text forms', async () => {
    expect((await pixelsOf(concat('P2 3 2 255\n0 1 2 # three\n3 4 255\n'))).pixels).toEqual([0, 1, 2, 3, 4, 255]);
    expect((await pixelsOf(concat('P3\n3 2\n255\n', [...RGB].join(' ')))).pixels).toEqual([...RGB]);
  });

  it('refuses damaged and oversized ones before allocating', async () => {
    expect(await reasonOf(ppm(3, 2, [1, 2, 3]).subarray(0, -1))).toBe('the PPM image ends early');
    expect(await reasonOf(concat('P6 999999 999999 255\n'))).toMatch(/too large/);
    expect(await reasonOf(concat('P6 5000 5000 255\n'))).toBe('the PPM image ends early');
    expect(await reasonOf(concat('P3 5000 5000 255\n1 2 3'))).toBe('the PPM image ends early');
    expect(await reasonOf(concat('P6 3 two 255\n'))).toBe('the PPM header is damaged');
    expect(await reasonOf(concat('P6 0 2 255\n'))).toBe('the PPM header is damaged');
    expect(await reasonOf(concat('P2 3 2 255\n1 2 3 4 5 six'))).toBe('the PPM image is damaged');
  });
});

describe('decodeImage of BMP', () => {
  /** Rows of a 3×2 image from bottom to top, blue first, padded to 12 bytes. */
  const rows24 = [1, 0].flatMap((y) => [
    ...[0, 1, 2].flatMap((x) => [2, 1, 0].map((channel) => RGB[(y * 3 + x) * 3 + channel]!)),
    ...[0, 0, 0],
  ]);

  it('reads 24 bits, bottom-up and top-down', async () => {
    expect(await pixelsOf(bmp(3, 2, 24, rows24))).toEqual({ channels: 3, pixels: [...RGB] });
    const topDown = [...rows24.slice(12), ...rows24.slice(0, 12)];
    expect((await pixelsOf(bmp(3, -2, 24, topDown))).pixels).toEqual([...RGB]);
  });

  it('reads 32 bits and drops alpha', async () => {
    const rows = [1, 0].flatMap((y) =>
      [0, 1, 2].flatMap((x) => [...[2, 1, 0].map((channel) => RGB[(y * 3 + x) * 3 + channel]!), 9]),
    );
    expect((await pixelsOf(bmp(3, 2, 32, rows))).pixels).toEqual([...RGB]);
  });

  it('reads 16 bits with the standard and with own masks', async () => {
    // Pixels: red, green, blue; white, black, red.
    const row = (...pixels: number[]) => [...pixels.flatMap((value) => [value & 255, value >> 8]), 0, 0];
    const colours = [255, 255, 255, 0, 0, 0, 255, 0, 0].concat([255, 0, 0, 0, 255, 0, 0, 0, 255]);
    const expected = [...colours.slice(9), ...colours.slice(0, 9)];
    const x555 = [...row(0x7fff, 0, 0x7c00), ...row(0x7c00, 0x3e0, 0x1f)];
    expect((await pixelsOf(bmp(3, 2, 16, x555))).pixels).toEqual(expected);
    const x565 = [...row(0xffff, 0, 0xf800), ...row(0xf800, 0x7e0, 0x1f)];
    const options = { compression: 3, masks: [0xf800, 0x7e0, 0x1f] };
    expect((await pixelsOf(bmp(3, 2, 16, x565, options))).pixels).toEqual(expected);
  });

  it('reads palettes of 1, 4 and 8 bits', async () => {
    const palette = [10, 20, 30, 0, 40, 50, 60, 0];
    const expected = [30, 20, 10, 60, 50, 40, 30, 20, 10].concat([60, 50, 40, 60, 50, 40, 30, 20, 10]);
    const pixels = async (bits: number, rows: number[]) => (await pixelsOf(bmp(3, 2, bits, rows, { palette }))).pixels;
    expect(await pixels(8, [1, 1, 0, 0, 0, 1, 0, 0])).toEqual(expected);
    expect(await pixels(4, [0x11, 0x00, 0, 0, 0x01, 0x00, 0, 0])).toEqual(expected);
    expect(await pixels(1, [0b11000000, 0, 0, 0, 0b01000000, 0, 0, 0])).toEqual(expected);
  });

  it('refuses damaged, compressed and oversized ones before allocating', async () => {
    expect(await reasonOf(bmp(3, 2, 24, rows24.slice(0, -1)))).toBe('the BMP image ends early');
    expect(await reasonOf(bmp(3, 2, 8, [1, 2], { compression: 1 }))).toMatch(/not supported/);
    expect(await reasonOf(bmp(100_000, 100_000, 24, rows24))).toMatch(/too large/);
    expect(await reasonOf(bmp(5000, 5000, 24, rows24))).toBe('the BMP image ends early');
    expect(await reasonOf(bmp(-3, 2, 24, rows24))).toBe('the BMP header is damaged');
    expect(await reasonOf(bmp(3, 2, 24, rows24).subarray(0, 20))).toBe('the BMP image ends early');
    expect(await reasonOf(bmp(3, 2, 8, new Uint8Array(8)))).toBe('the BMP palette is damaged');
  });
});
