/** @file Tells a Keras archive from other zip files. */
import type { Files } from '../../support/files';

/** Names that Keras gives its members; a PyTorch or Office archive has none of them. */
const NAMES = ['model.weights.h5', 'model.weights.npz', 'model.weights.json'];

/** Whether the archive begins with a member of Keras's, or has one in its directory. */
export async function detectKerasV3(files: Files, path: string, head: Uint8Array): Promise<boolean> {
  if (head[0] !== 0x50 || head[1] !== 0x4b || head[2] !== 3 || head[3] !== 4) return false;
  const size = (await files.info(path))?.size ?? 0;
  const length = Math.min(size, 1 << 17);
  // The directory stands at the end; where the file is cut off, only its beginning is left.
  const tail = await files.read(path, size - length, length);
  const [first, last] = [head, tail].map((bytes) => new TextDecoder('latin1').decode(bytes));
  const keras = NAMES.some((name) => first?.includes(name) === true || last?.includes(name) === true);
  return keras || (first?.slice(30, 43) === 'metadata.json' && first.includes('keras_version'));
}
