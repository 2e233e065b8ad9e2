/** @file Pools over sequences and images (ONNX MaxPool, AveragePool, GlobalMaxPool, GlobalAveragePool). */
import type { NodeBuilder, Value } from '../../graph/nodeBuilder';
import { sizeOf, type TensorType } from '../../graph/tensor';
import { intAttribute, required, unsupported } from '../shared/attributes';
import { repeated, scaled, vanishing } from '../shared/blockedLayout';
import { reshapeTo } from '../shared/broadcast';
import { readCounts, type Pool } from './poolGeometry';
import { spreadAverages, spreadToMaxima } from './poolGradient';
import { averageKernel, maxKernel } from './poolKernel';
import type { GradientContext, KernelContext, OpContext, OpDefinition, OpFamily, TfTensor } from '../../graph/operator';
import { incoming } from '../shared/rules';
import { kernelShape, spatialDims, windowOf, type WindowContext } from '../shared/window';

function poolOf(context: WindowContext, dims: readonly number[]): Pool {
  const size = dims.slice(2);
  const roundUp = intAttribute(context, 'ceil_mode', 0) !== 0;
  return { window: windowOf(context, size, kernelShape(context, size.length), roundUp), size };
}

function inferPool(context: OpContext): TensorType[] {
  const x = required(context, 0);
  spatialDims(context, x);
  const dims = [...x.dims.slice(0, 2), ...poolOf(context, x.dims).window.output];
  const indices = { dtype: 'int64' as const, dims };
  return [{ dtype: x.dtype, dims }, indices].slice(0, context.outputCount);
}

function includesPadding(context: WindowContext): boolean {
  return intAttribute(context, 'count_include_pad', 0) !== 0;
}

const maxPool: OpDefinition = {
  infer: inferPool,
  gradient: (context) => {
    const [x, [y]] = [required(context, 0), context.outputs];
    if (!context.needs(0) || y === undefined || context.gradients[0] === undefined) return [];
    return [spreadToMaxima(context.b, x, y, incoming(context), poolOf(context, x.dims))];
  },
  kernel: (context) => {
    const x = required(context, 0);
    if (context.outputCount > 1) throw unsupported(context, 'the output of indices in TensorFlow.js');
    return [maxKernel(context.tf, x, poolOf(context, x.shape))];
  },
};

const averagePool: OpDefinition = {
  infer: inferPool,
  gradient: (context) => {
    if (!context.needs(0)) return [];
    const pool = poolOf(context, required(context, 0).dims);
    return [spreadAverages(context.b, incoming(context), pool, readCounts(pool, includesPadding(context)))];
  },
  kernel: (context) => {
    const x = required(context, 0);
    const pool = poolOf(context, x.shape);
    return [averageKernel(context.tf, x, pool, readCounts(pool, includesPadding(context)))];
  },
};

function globalPool(
  gradient: (b: NodeBuilder, dy: Value, x: Value, y: Value) => Value,
  kernel: (context: KernelContext, x: TfTensor, axes: number[]) => TfTensor,
): OpDefinition {
  return {
    infer: (context) => {
      const x = required(context, 0);
      const size = spatialDims(context, x);
      return [{ dtype: x.dtype, dims: [...x.dims.slice(0, 2), ...size.map(() => 1)] }];
    },
    gradient: (context: GradientContext) => {
      const [y] = context.outputs;
      if (!context.needs(0) || y === undefined) return [];
      return [gradient(context.b, incoming(context), required(context, 0), y)];
    },
    kernel: (context) => {
      const x = required(context, 0);
      return [
        kernel(
          context,
          x,
          x.shape.slice(2).map((_, axis) => axis + 2),
        ),
      ];
    },
  };
}

export const pooling = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globalPool(
    (b, dy, x) => {
      const size = x.dims.slice(2);
      return repeated(b, scaled(b, dy, 1 / sizeOf(size)), size);
    },
    ({ tf }, x, axes) => tf.mean(x, axes, true),
  ),
  /** Tied maxima share the gradient evenly. */
  GlobalMaxPool: globalPool(
    (b, dy, x, y) => {
      const flat = reshapeTo(b, x, [...x.dims.slice(0, 2), sizeOf(x.dims.slice(2))]);
      const [top, slope] = [y, dy].map((value) => reshapeTo(b, value, [...x.dims.slice(0, 2), 1]));
      const largest = vanishing(b, b.op('Sub', [top ?? y, flat]));
      const count = b.op('ReduceSum', [largest, b.ints([2])], { keepdims: 1 });
      return reshapeTo(b, b.op('Mul', [largest, b.op('Div', [slope ?? dy, count])]), x.dims);
    },
    ({ tf }, x, axes) => tf.max(x, axes, true),
  ),
} satisfies OpFamily;
