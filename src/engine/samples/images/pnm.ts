/** @file Netpbm images: PGM and PPM, binary (P5, P6) and plain text (P2, P3), 8 and 16 bits. */
import type { DecodedImage } from '../samples';

/** Longest header accepted, comments included. */
const MAX_HEADER = 4096;

export function isPnm(head: Uint8Array): boolean {
  const [p, kind = 0, space = 0] = head;
  return p === 0x50 && [0x32, 0x33, 0x35, 0x36].includes(kind) && [0x20, 0x09, 0x0a, 0x0d].includes(space);
}

/** Values are scaled to 0…255. Throws an `Error` with the reason where the image is damaged or too large. */
export function decodePnm(bytes: Uint8Array, maxPixels: number): DecodedImage {
  const kind = bytes[1] ?? 0;
  const channels = kind === 0x33 || kind === 0x36 ? 3 : 1;
  const [[width = 0, height = 0, maximum = 0], dataStart] = header(bytes);
  if (width < 1 || height < 1 || maximum < 1 || maximum > 65535) throw new Error('the PPM header is damaged');
  if (width * height > maxPixels) throw new Error(`the image is too large (${width}×${height} pixels)`);
  const count = width * height * channels;
  const values = kind >= 0x35 ? binaryValues(bytes, dataStart, count, maximum) : textValues(bytes, dataStart, count);
  const pixels = new Uint8Array(count);
  for (let i = 0; i < count; i++) pixels[i] = Math.round((Math.min(values[i] ?? 0, maximum) * 255) / maximum);
  return { pixels, channels, height, width, planar: false };
}

/** Width, height and maximum, and where the pixels start: one white-space byte behind the maximum. */
function header(bytes: Uint8Array): [number[], number] {
  const text = String.fromCharCode(...bytes.subarray(0, MAX_HEADER));
  const space = String.raw`(?:\s|#[^\n\r]*[\n\r])+`;
  const match = new RegExp(`^P[2356]${space}(\\d{1,9})${space}(\\d{1,9})${space}(\\d{1,5})\\s`).exec(text);
  if (match === null) throw new Error('the PPM header is damaged');
  return [match.slice(1).map(Number), match[0].length];
}

function binaryValues(bytes: Uint8Array, start: number, count: number, maximum: number): ArrayLike<number> {
  const size = maximum > 255 ? 2 : 1;
  if (bytes.length - start < count * size) throw new Error('the PPM image ends early');
  if (size === 1) return bytes.subarray(start, start + count);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
  return Array.from({ length: count }, (_, i) => view.getUint16(2 * i));
}

function textValues(bytes: Uint8Array, start: number, count: number): ArrayLike<number> {
  // Every value needs at least a digit and a space.
  if (bytes.length - start < 2 * count - 1) throw new Error('the PPM image ends early');
  const words = new TextDecoder()
    .decode(bytes.subarray(start))
    .replace(/#[^\n\r]*/g, '')
    .trim()
    .split(/\s+/);
  if (words.length < count || !words.every((word) => /^\d+$/.test(word))) throw new Error('the PPM image is damaged');
  return words.map(Number);
}
