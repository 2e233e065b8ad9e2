import { describe, expect, it } from 'vitest';
import { newGraph } from '../../../../../src/engine/ops/newGraph';
import { float32, floats } from '../../../../../src/engine/graph/tensor';
import { createOnnxRuntime } from '../../../../../src/engine/runtime/onnxruntime';
import {
  applyPreprocessing,
  preprocessingSchema,
  RAW,
  usualPreprocessings,
  type Preprocessing,
} from '../../../../../src/engine/samples/preprocessing/preprocessing';

/** One pixel through the graph. */
async function apply(preprocessing: Preprocessing, pixel: readonly number[]): Promise<number[]> {
  const b = newGraph();
  const x = b.input('x', [1, pixel.length, 1, 1]);
  const runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
  const session = await runtime.compile(b.build({ y: applyPreprocessing(b, x, preprocessing) }));
  const outputs = await session.run(new Map([['x', float32([1, pixel.length, 1, 1], pixel)]]));
  await session.dispose();
  return Array.from(floats(outputs.get('y')!));
}

const rgb = (id: string) => usualPreprocessings(3).find((preprocessing) => preprocessing.id === id)!;
const grey = (id: string) => usualPreprocessings(1).find((preprocessing) => preprocessing.id === id)!;

describe('applyPreprocessing', () => {
  it.each<[Preprocessing, number[], number[]]>([
    [RAW, [0, 128, 255], [0, 128, 255]],
    [rgb('unit'), [0, 51, 255], [0, 0.2, 1]],
    [rgb('signed'), [0, 127.5, 255], [-1, 0, 1]],
    [rgb('centered'), [0, 127.5, 255], [-0.5, 0, 0.5]],
    // torchvision: (pixel / 255 − mean) / deviation
    [rgb('imagenet'), [255, 0, 124.44], [(1 - 0.485) / 0.229, -0.456 / 0.224, (0.488 - 0.406) / 0.225]],
    // keras.applications.imagenet_utils.preprocess_input, mode "caffe", of the RGB pixel (10, 20, 30)
    [rgb('caffe'), [10, 20, 30], [30 - 103.939, 20 - 116.779, 10 - 123.68]],
    [rgb('imagenet-raw'), [10, 20, 30], [10 - 123.68, 20 - 116.779, 30 - 103.939]],
    [rgb('unit-bgr'), [0, 51, 255], [1, 0.2, 0]],
    [grey('mnist'), [255], [(1 - 0.1307) / 0.3081]],
    [grey('inverted'), [51], [0.8]],
    [grey('inverted-raw'), [51], [204]],
  ])('$id', async (preprocessing, pixel, expected) => {
    (await apply(preprocessing, pixel)).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 4);
    });
  });

  it('adds no node for raw pixels', () => {
    const b = newGraph();
    const x = b.input('x', [1, 3, 2, 2]);
    expect(applyPreprocessing(b, x, RAW)).toBe(x);
  });

  it('refuses another number of channels', () => {
    const b = newGraph();
    expect(() => applyPreprocessing(b, b.input('x', [1, 1, 2, 2]), rgb('imagenet'))).toThrow(RangeError);
  });
});

describe('preprocessingSchema', () => {
  it('accepts all usual ones', () => {
    for (const channels of [1, 3, 4]) {
      const usual = usualPreprocessings(channels);
      expect(new Set(usual.map(({ id }) => id)).size).toBe(usual.length);
      for (const preprocessing of usual) expect(preprocessingSchema.parse(preprocessing)).toEqual(preprocessing);
    }
  });

  it('refuses what could not be applied', () => {
    for (const change of [{ scale: [Infinity] }, { scale: [] }, { scale: [1, 2] }, { bgr: 'yes' }, { id: '' }]) {
      expect(preprocessingSchema.safeParse({ ...RAW, ...change }).success).toBe(false);
    }
  });
});
