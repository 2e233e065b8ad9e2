import { beforeAll, describe, expect, it } from 'vitest';
import { classifierOf } from '../../../../../src/engine/classify/classifier';
import { floats } from '../../../../../src/engine/graph/tensor';
import { Adversary } from '../../../../../src/engine/repair/i-bau/adversary';
import { norm } from '../../../../../src/engine/repair/i-bau/ascent';
import { hypergradient } from '../../../../../src/engine/repair/i-bau/hypergradient';
import { createOnnxRuntime } from '../../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../../src/engine/runtime/runtime';
import { IndexStream, sampleIndices } from '../../../../../src/engine/samples/batches';
import { RAW } from '../../../../../src/engine/samples/preprocessing/preprocessing';
import { Random } from '../../../../../src/engine/support/random';
import { TrainingStep } from '../../../../../src/engine/training/trainingStep';
import { toyImages, TOY_TRIGGER_PIXEL } from '../../../../support/toyModel';
import { toyNetwork } from '../../../../support/toyNetwork';

const classifier = classifierOf(toyNetwork());
const NAMES = ['hidden.weight', 'output.weight'];
const weights = new Map(NAMES.map((name) => [name, floats(classifier.graph.initializers.get(name)!)]));
const images = toyImages(160);
// A rectifier at zero has no gradient, and the trigger pixel is exactly black.
for (let i = 0; i < images.count; i++) images.images[64 * i + TOY_TRIGGER_PIXEL] = 3;

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
});

async function withAdversary(use: (adversary: Adversary) => Promise<void>): Promise<void> {
  const step = await TrainingStep.compile(runtime, classifier, RAW, NAMES, 32, { imageGradient: true });
  await use(new Adversary(step, images, classifier.input, { batch: 32, shift: 0 }, new Random(1)));
  await step.dispose();
}

describe('Adversary', () => {
  it('finds the pixel that the backdoor obeys, for all images and for those of one label', async () => {
    await withAdversary(async (adversary) => {
      await adversary.renewSparse([2, 3], weights);
      expect([...adversary.perturbations.keys()]).toEqual([2, 3]);
      for (const perturbation of adversary.perturbations.values()) expect(perturbation[TOY_TRIGGER_PIXEL]).toBe(255);
      await adversary.renewDense(weights);
      const [dense] = [...adversary.perturbations.values()];
      expect(norm(dense!)).toBeCloseTo(adversary.radius, 2);
      expect(Math.max(...dense!)).toBe(dense![TOY_TRIGGER_PIXEL]);
    });
  });

  it('gives the gradient by the perturbation that finite differences give', async () => {
    await withAdversary(async (adversary) => {
      adversary.perturbations.set(0, new Float32Array(64).fill(5));
      const batch = adversary.draw(new IndexStream(sampleIndices(images), new Random(2)), (label) =>
        label < 4 ? 0 : undefined,
      );
      const { perturbations } = await adversary.gradients(batch, weights);
      for (const pixel of [3, TOY_TRIGGER_PIXEL, 40]) {
        const lossAt = async (distance: number): Promise<number> => {
          const move = new Float32Array(64);
          move[pixel] = distance;
          return (await adversary.gradients(batch, weights, new Map([[0, move]]))).loss;
        };
        const numeric = ((await lossAt(0.5)) - (await lossAt(-0.5))) / 1;
        expect(numeric, String(pixel)).toBeCloseTo(perturbations.get(0)![pixel]!, 4);
      }
    });
  });
});

describe('hypergradient', () => {
  it('is the slope of the loss where the adversary is, plus what the loss gains by the answer', async () => {
    await withAdversary(async (adversary) => {
      adversary.perturbations.set(0, new Float32Array(64).fill(5));
      const batch = adversary.draw(new IndexStream(sampleIndices(images), new Random(2)), () => 0);
      const here = await adversary.gradients(batch, weights);
      const gradient = here.perturbations.get(0)!;
      const along = gradient.map((slope) => (0.1 * adversary.radius * slope) / norm(gradient));
      const back = along.map((value) => -value);
      const { weights: slopes } = await hypergradient(adversary, batch, weights);
      const objective = async (index: number, distance: number): Promise<number> => {
        const moved = weights.get('output.weight')!.slice();
        moved[index]! += distance;
        const changed = new Map([...weights, ['output.weight', moved] as const]);
        const lossAt = async (move?: Float32Array): Promise<number> =>
          (await adversary.gradients(batch, changed, move && new Map([[0, move]]))).loss;
        return (await lossAt()) + (await lossAt(along)) - (await lossAt(back));
      };
      for (const index of [0, 30, 53]) {
        const numeric = ((await objective(index, 0.02)) - (await objective(index, -0.02))) / 0.04;
        expect(numeric, String(index)).toBeCloseTo(slopes.get('output.weight')![index]!, 3);
      }
    });
  });
});
