/** @file The paper's tasks (Table I) on data that everybody can have: what is trained, and on what. */
import type { Architecture } from '../../src/engine/attack/architectures';
import type { ImageShape, Samples } from '../../src/engine/samples/samples';
import { loadTask } from '../lib/data';
import { loadOmniglot } from '../lib/omniglot';

export type TaskName = 'mnist' | 'gtsrb' | 'omniglot';

export interface PaperTask {
  readonly name: TaskName;
  readonly shape: ImageShape;
  readonly classes: number;
  /** Label the attacker wants. */
  readonly target: number;
  readonly architecture: Architecture;
  /** Side of the square trigger in pixels, about 1 % of the image. */
  readonly triggerSize: number;
  /** Passes over the training images: about as many updates as the paper's. */
  readonly epochs: number;
  /** Training images are moved at random by up to so many pixels. */
  readonly shift: number;
  readonly train: Samples;
  /** Never trained on. */
  readonly test: Samples;
}

/** Omniglot stands in for YouTube Face: drawings are squeezed to the 55×47 pixels that its network reads. */
const FACE: ImageShape = { channels: 1, height: 55, width: 47 };

const loaded = new Map<TaskName, Promise<PaperTask>>();

/** Reads the data once. */
export function paperTask(name: TaskName): Promise<PaperTask> {
  const known = loaded.get(name) ?? load(name);
  loaded.set(name, known);
  return known;
}

async function load(name: TaskName): Promise<PaperTask> {
  switch (name) {
    case 'mnist':
      return { ...(await loadTask(name)), name, architecture: name, triggerSize: 4, epochs: 35, shift: 0 };
    case 'gtsrb':
      return { ...(await loadTask(name)), name, architecture: name, triggerSize: 4, epochs: 17, shift: 0 };
    case 'omniglot': {
      const { train, test, classes } = await loadOmniglot(FACE.height);
      return {
        ...{ name, classes, shape: FACE, target: 7, architecture: 'deepid', triggerSize: 5 },
        // Sixteen drawings a class are too few to be learned without moving them.
        ...{ epochs: 22, shift: 4, train: squeeze(train), test: squeeze(test) },
      };
    }
  }
}

/** Squares of pixels to {@link FACE}: rows are shortened by linear interpolation. */
function squeeze(samples: Samples): Samples {
  const { height, width } = FACE;
  const images = new Uint8Array(samples.count * height * width);
  const scale = (height - 1) / (width - 1);
  for (let i = 0; i < images.length; i++) {
    const at = (i % width) * scale;
    const left = Math.min(height - 2, Math.floor(at));
    const row = Math.floor(i / width) * height;
    const [a = 0, b = 0] = [samples.images[row + left], samples.images[row + left + 1]];
    images[i] = Math.round(a + (at - left) * (b - a));
  }
  return { ...samples, images, ...FACE };
}
