/** @file Windows bitmaps: uncompressed, 1, 4, 8, 16, 24 or 32 bits per pixel. */
import { dataView } from '../../support/dataView';
import type { DecodedImage } from '../samples';

export function isBmp(head: Uint8Array): boolean {
  return head[0] === 0x42 && head[1] === 0x4d && head[6] === 0 && head[7] === 0 && head[8] === 0 && head[9] === 0;
}

interface Header {
  readonly dataStart: number;
  readonly width: number;
  readonly height: number;
  /** Rows run from top to bottom. */
  readonly topDown: boolean;
  readonly bits: number;
  /** Bit masks of red, green and blue; for 16 and 32 bits. */
  readonly masks: readonly number[];
  readonly paletteStart: number;
  readonly paletteSize: number;
}

/** RGB image; alpha is dropped. Throws an `Error` with the reason where the image is damaged or too large. */
export function decodeBmp(bytes: Uint8Array, maxPixels: number): DecodedImage {
  const view = dataView(bytes);
  if (bytes.length < 54) throw new Error('the BMP image ends early');
  const header = readHeader(view, bytes.length);
  const { width, height, bits, dataStart } = header;
  if (width < 1 || height < 1) throw new Error('the BMP header is damaged');
  if (width * height > maxPixels) throw new Error(`the image is too large (${width}×${height} pixels)`);
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  if (dataStart + rowBytes * height > bytes.length) throw new Error('the BMP image ends early');

  const colour = colourReader(view, header);
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = dataStart + (header.topDown ? y : height - 1 - y) * rowBytes;
    for (let x = 0; x < width; x++) pixels.set(colour(row, x), (y * width + x) * 3);
  }
  return { pixels, channels: 3, height, width, planar: false };
}

function readHeader(view: DataView, length: number): Header {
  const infoSize = view.getUint32(14, true);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  const bitFields = compression === 3 || compression === 6;
  if (infoSize < 40 || infoSize > 124 || (compression !== 0 && !bitFields) || ![1, 4, 8, 16, 24, 32].includes(bits)) {
    throw new Error(`BMP images of this kind are not supported (${bits} bits, compression ${compression})`);
  }
  const wide = bits === 16 || bits === 32;
  if (bitFields && (!wide || length < 66)) throw new Error('the BMP header is damaged');
  const height = view.getInt32(22, true);
  const paletteStart = 14 + infoSize;
  const paletteSize = bits > 8 ? 0 : Math.min(view.getUint32(46, true) || 2 ** bits, 2 ** bits);
  if (paletteStart + paletteSize * 4 > length) throw new Error('the BMP palette is damaged');
  const standard = bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
  return {
    dataStart: view.getUint32(10, true),
    width: view.getInt32(18, true),
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    masks: bitFields ? [54, 58, 62].map((at) => view.getUint32(at, true)) : standard,
    paletteStart,
    paletteSize,
  };
}

/** Red, green and blue of pixel `x` in the row that starts at byte `row`. */
function colourReader(view: DataView, header: Header): (row: number, x: number) => readonly number[] {
  const { bits, masks, paletteStart, paletteSize } = header;
  if (bits === 24) {
    return (row, x) => [2, 1, 0].map((channel) => view.getUint8(row + 3 * x + channel));
  }
  if (bits > 8) {
    return (row, x) => {
      const value = bits === 16 ? view.getUint16(row + 2 * x, true) : view.getUint32(row + 4 * x, true);
      return masks.map((mask) => masked(value, mask));
    };
  }
  const palette = Array.from({ length: paletteSize }, (_, i) =>
    [2, 1, 0].map((channel) => view.getUint8(paletteStart + 4 * i + channel)),
  );
  return (row, x) => {
    const byte = view.getUint8(row + ((x * bits) >> 3));
    const index = (byte >> (8 - bits - ((x * bits) & 7))) & (2 ** bits - 1);
    return palette[index] ?? [0, 0, 0];
  };
}

/** The bits of `value` under `mask`, scaled to 0…255. */
function masked(value: number, mask: number): number {
  if (mask === 0) return 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const maximum = mask >>> shift;
  return Math.round((((value & mask) >>> shift) * 255) / maximum);
}
