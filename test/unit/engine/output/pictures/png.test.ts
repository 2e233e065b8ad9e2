import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodePng, pngUri, type Image } from '../../../../../src/engine/output/pictures/png';

const images: Image[] = [
  { width: 1, height: 1, channels: 1, pixels: Uint8Array.of(200) },
  { width: 5, height: 3, channels: 1, pixels: Uint8Array.from({ length: 15 }, (_, i) => i * 17) },
  { width: 7, height: 4, channels: 3, pixels: Uint8Array.from({ length: 84 }, (_, i) => (i * 53) % 256) },
];

describe('PNG', () => {
  it.each(images)('another decoder reads the same pixels: $width×$height×$channels', async (image) => {
    const decoded = await sharp(encodePng(image), { failOn: 'warning' })
      .toColourspace(image.channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(decoded.info).toMatchObject({ width: image.width, height: image.height, channels: image.channels });
    expect(Array.from(decoded.data)).toEqual(Array.from(image.pixels));
  });

  it('becomes a data URI', () => {
    expect(pngUri(images[0]!)).toMatch(/^data:image\/png;base64,iVBORw0KGgo/);
  });
});
