/** @file Feeds raw images to a compiled graph, a batch at a time. */
import { float32, type Tensor } from '../graph/tensor';
import { throwIfCancelled, type CancelSignal } from '../support/cancellation';
import type { Session } from '../runtime/runtime';
import type { ImageShape, Samples } from '../samples/samples';

/** Images per run; the last run is padded. */
export const IMAGE_BATCH = 64;

/** Changes a raw image `[C, H, W]` in place before it is fed, such as by stamping a trigger. */
export type PrepareImage = (image: Float32Array, index: number) => void;

/**
 * Runs all images through a session with the one input `images` `[IMAGE_BATCH, C, H, W]`. `receive` gets the outputs of
 * each batch, its first image's index and how many of its rows count.
 */
export async function runImageBatches(
  session: Session,
  { channels, height, width }: ImageShape,
  samples: Pick<Samples, 'images' | 'count'>,
  receive: (outputs: ReadonlyMap<string, Tensor>, start: number, count: number) => void,
  prepare?: PrepareImage,
  signal?: CancelSignal,
): Promise<void> {
  const size = channels * height * width;
  const buffer = new Float32Array(IMAGE_BATCH * size);
  const images = float32([IMAGE_BATCH, channels, height, width], buffer);
  for (let start = 0; start < samples.count; start += IMAGE_BATCH) {
    throwIfCancelled(signal);
    const count = Math.min(IMAGE_BATCH, samples.count - start);
    buffer.set(samples.images.subarray(start * size, (start + count) * size));
    if (prepare !== undefined) {
      for (let i = 0; i < count; i++) prepare(buffer.subarray(i * size, (i + 1) * size), start + i);
    }
    receive(await session.run(new Map([['images', images]])), start, count);
  }
}
