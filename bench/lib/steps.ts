/** @file A forward pass and a trigger step of a classifier, ready to be timed. */
import { appendClassifier, type Classifier } from '../../src/engine/classify/classifier';
import { TriggerStep } from '../../src/engine/detect/invert/triggerStep';
import { float32, sizeOf } from '../../src/engine/graph/tensor';
import { newGraph } from '../../src/engine/ops/newGraph';
import type { Runtime } from '../../src/engine/runtime/runtime';
import { RAW } from '../../src/engine/samples/preprocessing/preprocessing';
import { Random } from '../../src/engine/support/random';

export function noise(length: number): Float32Array {
  const random = new Random(1);
  return Float32Array.from({ length }, () => 255 * random.uniform());
}

/** One forward pass of a batch; the unit of all ratios. */
export async function forward(
  runtime: Runtime,
  { input, ...rest }: Classifier,
  batch: number,
): Promise<() => Promise<void>> {
  const dims = [batch, input.channels, input.height, input.width];
  const b = newGraph();
  const logits = appendClassifier(b, { input, ...rest }, b.input('images', dims));
  const session = await runtime.compile(b.build({ logits }));
  const images = float32(dims, noise(sizeOf(dims)));
  return async () => {
    await session.run(new Map([['images', images]]));
  };
}

export async function triggerStep(
  runtime: Runtime,
  classifier: Classifier,
  { labels, batch }: { readonly labels: number; readonly batch: number },
): Promise<() => Promise<void>> {
  const { channels, height, width } = classifier.input;
  const step = await TriggerStep.compile(runtime, classifier, RAW, { labels, batch }, 'cross-entropy');
  const inputs = {
    images: noise(labels * batch * channels * height * width),
    maskVariable: new Float32Array(labels * height * width),
    patternVariable: new Float32Array(labels * channels * height * width),
    targets: Array.from({ length: labels }, (_, label) => label % classifier.classes),
    lambdas: new Float32Array(labels).fill(1e-3),
  };
  return async () => {
    await step.run(inputs);
  };
}
