/** @file What a framework computed for a fixture; see test/fixtures/make/README.md. */
import * as fs from 'node:fs';
import { float32, floats, type Tensor } from '../../src/engine/graph/tensor';

interface StoredTensor {
  readonly shape: number[];
  readonly float32: string;
}

export interface Golden {
  /** `[N, C, H, W]`. */
  readonly x: Tensor;
  /** What the model itself gives. */
  readonly y: Tensor;
  readonly notes: string;
}

export function readGolden(file: string): Golden {
  const { input, output, notes } = JSON.parse(fs.readFileSync(file, 'utf8')) as {
    input: StoredTensor & { layout: 'NHWC' | 'NCHW' };
    output: StoredTensor;
    notes: string;
  };
  const x = tensorOf(input);
  return { x: input.layout === 'NHWC' ? channelsFirst(x) : x, y: tensorOf(output), notes };
}

/** `[N, H, W, C]` → `[N, C, H, W]`. */
export function channelsFirst(images: Tensor): Tensor {
  const [n = 1, h = 1, w = 1, c = 1] = images.dims;
  const values = floats(images);
  const at = (i: number): number => {
    const [x, y, k, image] = [i % w, Math.floor(i / w) % h, Math.floor(i / (w * h)) % c, Math.floor(i / (w * h * c))];
    return values[((image * h + y) * w + x) * c + k] ?? NaN;
  };
  return float32(
    [n, c, h, w],
    Float32Array.from({ length: values.length }, (_, i) => at(i)),
  );
}

function tensorOf({ shape, float32: base64 }: StoredTensor): Tensor {
  return float32(shape, new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer));
}
