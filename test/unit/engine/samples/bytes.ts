/** @file Writers of small sample files for tests, byte by byte. */

export function concat(...parts: readonly (Uint8Array | readonly number[] | string)[]): Uint8Array {
  const bytes = parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part)));
  return new Uint8Array(Buffer.concat(bytes));
}

/** A .npy file, version 1. */
export function npy(descr: string, shape: readonly number[], data: Uint8Array, fortran = false): Uint8Array {
  const dims = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  return npyWithHeader(
    `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${dims}, }`,
    data,
  );
}

export function npyWithHeader(header: string, data: Uint8Array): Uint8Array {
  const text = `${header.padEnd(117)}\n`;
  return concat([0x93], 'NUMPY', [1, 0, text.length & 255, text.length >> 8], text, data);
}

/** An idx file; `data` is big-endian already. */
export function idx(code: number, dims: readonly number[], data: Uint8Array): Uint8Array {
  return concat([0, 0, code, dims.length], ...dims.map((dim) => be32(dim)), data);
}

export function be32(value: number): number[] {
  return [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255];
}

export function le32(value: number): number[] {
  return be32(value).reverse();
}

export function le16(value: number): number[] {
  return [value & 255, (value >> 8) & 255];
}

/** A Windows bitmap with a BITMAPINFOHEADER; `rows` run from bottom to top and are padded to four bytes. */
export function bmp(
  width: number,
  height: number,
  bits: number,
  rows: Uint8Array | readonly number[],
  options: { palette?: readonly number[]; compression?: number; masks?: readonly number[] } = {},
): Uint8Array {
  const { palette = [], compression = 0, masks = [] } = options;
  const extra = masks.flatMap(le32);
  const start = 54 + palette.length + extra.length;
  return concat(
    'BM',
    le32(start + rows.length),
    le32(0),
    le32(start),
    le32(40),
    le32(width),
    le32(height),
    le16(1),
    le16(bits),
    le32(compression),
    le32(0),
    le32(0),
    le32(0),
    le32(palette.length / 4),
    le32(0),
    extra,
    palette,
    rows,
  );
}

/** A binary PPM image with one colour everywhere. */
export function ppm(width: number, height: number, colour: readonly [number, number, number]): Uint8Array {
  return concat(`P6\n${width} ${height}\n255\n`, Array.from({ length: width * height }, () => colour).flat());
}

/** `count` images of one channel whose pixels all equal the image's index. */
export function numbered(count: number, size: number): Uint8Array {
  return Uint8Array.from({ length: count * size }, (_, i) => Math.floor(i / size));
}
