/** @file A linear classifier on 8×8 images with, if wanted, a one-pixel backdoor: scans of it take a second. */
import type { Graph } from '../../src/engine/graph/graph';
import { float32, scalar } from '../../src/engine/graph/tensor';
import { Random } from '../../src/engine/support/random';

export const TOY = { channels: 1, height: 8, width: 8, classes: 8 } as const;
const AREA = TOY.height * TOY.width;

/** Pixel that the backdoored model obeys. */
export const TOY_TRIGGER_PIXEL = 9;

/** Each class lights up its own eight pixels; `infected` gives one pixel a huge weight for that label. */
export function toyGraph(infected?: number): Graph {
  const random = new Random(3);
  const weights = new Float32Array(TOY.classes * AREA);
  for (let label = 0; label < TOY.classes; label++) {
    for (let pixel = 0; pixel < AREA; pixel++) {
      weights[label * AREA + pixel] = (pixel % TOY.classes === label ? 1 : -0.15) * (0.8 + 0.4 * random.uniform());
    }
  }
  if (infected !== undefined) weights[infected * AREA + TOY_TRIGGER_PIXEL] = 12;
  return {
    inputs: [{ name: 'image', dtype: 'float32', dims: [null, 1, TOY.height, TOY.width] }],
    outputs: ['probabilities'],
    nodes: [
      { op: 'Mul', name: 'scaled', inputs: ['image', 'scale'], outputs: ['scaled'], attributes: {} },
      { op: 'Flatten', name: 'flat', inputs: ['scaled'], outputs: ['flat'], attributes: {} },
      { op: 'Gemm', name: 'dense', inputs: ['flat', 'weight'], outputs: ['logits'], attributes: { transB: 1 } },
      { op: 'Softmax', name: 'softmax', inputs: ['logits'], outputs: ['probabilities'], attributes: { axis: -1 } },
    ],
    initializers: new Map([
      ['scale', scalar(1 / 255)],
      ['weight', float32([TOY.classes, AREA], weights)],
    ]),
  };
}

/** Only images of `source` obey the trigger pixel: a hidden unit needs both, and leads to `target`. */
export function sourceToyGraph(source: number, target: number): Graph {
  const { nodes, initializers, ...rest } = toyGraph();
  const both = Float32Array.from({ length: AREA }, (_, pixel) =>
    pixel === TOY_TRIGGER_PIXEL ? 6 : pixel % TOY.classes === source ? 1 : 0,
  );
  const added = Float32Array.from({ length: TOY.classes }, (_, label) => (label === target ? 30 : 0));
  const [scaled, flat, dense, softmax] = nodes;
  return {
    ...rest,
    nodes: [
      ...[scaled!, flat!, { ...dense!, outputs: ['natural'] }],
      { op: 'Gemm', name: 'both', inputs: ['flat', 'both', 'threshold'], outputs: ['sum'], attributes: { transB: 1 } },
      { op: 'Sigmoid', name: 'gate', inputs: ['sum'], outputs: ['unit'], attributes: {} },
      { op: 'Gemm', name: 'lead', inputs: ['unit', 'added'], outputs: ['backdoor'], attributes: { transB: 1 } },
      { op: 'Add', name: 'add', inputs: ['natural', 'backdoor'], outputs: ['logits'], attributes: {} },
      softmax!,
    ],
    initializers: new Map([
      ...initializers,
      ['both', float32([1, AREA], both)],
      ['threshold', float32([1], [-9])],
      ['added', float32([TOY.classes, 1], added)],
    ]),
  };
}

/** Noisy images of all classes in turn; the trigger pixel stays dark. */
export function toyImages(count: number): { images: Uint8Array; labels: Int32Array; count: number } {
  const random = new Random(5);
  const images = new Uint8Array(count * AREA);
  const labels = Int32Array.from({ length: count }, (_, i) => i % TOY.classes);
  labels.forEach((label, i) => {
    for (let pixel = 0; pixel < AREA; pixel++) {
      const lit = pixel % TOY.classes === label && pixel !== TOY_TRIGGER_PIXEL;
      const dark = pixel === TOY_TRIGGER_PIXEL ? 0 : 60 * random.uniform();
      images[i * AREA + pixel] = lit ? 160 + 95 * random.uniform() : dark;
    }
  });
  return { images, labels, count };
}
