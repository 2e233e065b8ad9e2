/**
 * @file Decodes one image file. Orientation tags and colour profiles are ignored and transparency is dropped, as PIL and
 * TensorFlow do when they load training data.
 */
import type { DecodedImage, Unreadable } from '../samples';
import { decodeBmp, isBmp } from './bmp';
import { decodePnm, isPnm } from './pnm';

/** Width × height; a larger image is refused before it is unpacked. */
const MAX_PIXELS = 1 << 25;

/** Whether the bytes begin like an image we decode. 12 bytes suffice. */
export function isImage(head: Uint8Array): boolean {
  return isSharpImage(head) || isBmp(head) || isPnm(head);
}

/** The image as 8-bit RGB or, where red, green and blue agree everywhere, as one grey channel. Never throws. */
export async function decodeImage(bytes: Uint8Array): Promise<DecodedImage | Unreadable> {
  if (bytes.length === 0) return { reason: 'the file is empty' };
  try {
    if (isSharpImage(bytes)) return greyIfPossible(await decodeWithSharp(bytes));
    if (isBmp(bytes)) return greyIfPossible(decodeBmp(bytes, MAX_PIXELS));
    if (isPnm(bytes)) return decodePnm(bytes, MAX_PIXELS);
    return { reason: 'not a JPEG, PNG, WebP, BMP or PPM image' };
  } catch (error) {
    return { reason: error instanceof Error ? firstLine(error.message) : 'the image is damaged' };
  }
}

function isSharpImage(head: Uint8Array): boolean {
  const starts = (offset: number, ...bytes: number[]): boolean => bytes.every((byte, i) => head[offset + i] === byte);
  const jpeg = starts(0, 0xff, 0xd8, 0xff);
  const png = starts(0, 0x89, 0x50, 0x4e, 0x47);
  const webp = starts(0, 0x52, 0x49, 0x46, 0x46) && starts(8, 0x57, 0x45, 0x42, 0x50);
  return jpeg || png || webp;
}

async function decodeWithSharp(bytes: Uint8Array): Promise<DecodedImage> {
  // Loaded on first use: data sets of arrays do not need this native library.
  const { default: sharp } = await import('sharp');
  const { data, info } = await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error', ignoreIcc: true })
    .removeAlpha()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, channels: info.channels, height: info.height, width: info.width, planar: false };
}

/** Grey images come out of some decoders with three equal channels. */
function greyIfPossible(image: DecodedImage): DecodedImage {
  const { pixels, channels } = image;
  if (channels !== 3) return image;
  for (let i = 0; i < pixels.length; i += 3) {
    if (pixels[i] !== pixels[i + 1] || pixels[i] !== pixels[i + 2]) return image;
  }
  const grey = new Uint8Array(pixels.length / 3);
  for (let i = 0; i < grey.length; i++) grey[i] = pixels[3 * i] ?? 0;
  return { ...image, channels: 1, pixels: grey };
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
