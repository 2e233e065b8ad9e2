/** @file Local response normalization across channels (ONNX LRN). */
import type { NodeBuilder, Value } from '../../graph/nodeBuilder';
import { float32, sizeOf } from '../../graph/tensor';
import { floatAttribute, intAttribute, required, shapeMismatch, unsupported } from '../shared/attributes';
import { scaled } from '../shared/blockedLayout';
import type { OpContext, OpDefinition } from '../../graph/operator';
import { incoming } from '../shared/rules';

type Named = Pick<OpContext, 'op' | 'name' | 'attributes'>;

/** y = x / (bias + alpha/size · Σ x²)^beta, the sum over `size` neighbouring channels. */
interface LocalResponse {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}

function localResponse(context: Named): LocalResponse {
  const size = intAttribute(context, 'size');
  // ONNX Runtime has no even sizes.
  if (!Number.isSafeInteger(size) || size < 1 || size % 2 === 0) throw unsupported(context, `size ${String(size)}`);
  return {
    size,
    alpha: floatAttribute(context, 'alpha', 1e-4),
    beta: floatAttribute(context, 'beta', 0.75),
    bias: floatAttribute(context, 'bias', 1),
  };
}

/** Row c of this `[C, C]` matrix has ones at the neighbours of channel c. */
function neighbours(channels: number, size: number): Float32Array {
  const radius = (size - 1) / 2;
  return new Float32Array(channels * channels).map((_, i) =>
    Math.abs(Math.floor(i / channels) - (i % channels)) <= radius ? 1 : 0,
  );
}

/** Sum over neighbouring channels as a 1×1 convolution. */
function sumNeighbours(b: NodeBuilder, x: Value, size: number): Value {
  const [, channels = 1] = x.dims;
  const dims = [channels, channels, ...x.dims.slice(2).map(() => 1)];
  return b.op('Conv', [x, b.constant(float32(dims, neighbours(channels, size)), 'neighbours')]);
}

export const localResponseNormalization: OpDefinition = {
  infer: (context) => {
    const x = required(context, 0);
    localResponse(context);
    if (x.dims.length !== 4) throw shapeMismatch(context, 'images, [N, C, H, W]', x);
    return [{ dtype: x.dtype, dims: x.dims }];
  },
  // ∂x = ∂y·S^−β − 2αβ/size · x · Σ (∂y·x·S^(−β−1)), with S the sum in the denominator.
  gradient: (context) => {
    if (!context.needs(0)) return [];
    const { b } = context;
    const [x, dy] = [required(context, 0), incoming(context)];
    const { size, alpha, beta, bias } = localResponse(context);
    const squares = sumNeighbours(b, b.op('Mul', [x, x]), size);
    const denominator = b.op('Add', [b.op('Mul', [squares, b.scalar(alpha / size)]), b.scalar(bias)]);
    const direct = b.op('Mul', [dy, b.op('Pow', [denominator, b.scalar(-beta)])]);
    const through = sumNeighbours(b, b.op('Div', [b.op('Mul', [direct, x]), denominator]), size);
    return [b.op('Add', [direct, b.op('Mul', [x, scaled(b, through, (-2 * alpha * beta) / size)])])];
  },
  kernel: (context) => {
    const { tf } = context;
    const x = required(context, 0);
    const { size, alpha, beta, bias } = localResponse(context);
    const [n = 1, channels = 1, ...rest] = x.shape;
    const matrix = tf.tensor(neighbours(channels, size), [1, channels, channels]);
    const squares = tf.reshape(tf.square(x), [n, channels, sizeOf(rest)]);
    const sums = tf.reshape(tf.matMul(tf.tile(matrix, [n, 1, 1]), squares), x.shape);
    return [tf.mul(x, tf.pow(tf.add(tf.mul(sums, alpha / size), bias), -beta))];
  },
};
