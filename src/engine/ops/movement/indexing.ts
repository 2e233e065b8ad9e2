/** @file Operators that look elements up by index (ONNX Gather, GatherElements, ScatterElements, Split, OneHot). */
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { ModelFormatError } from '../../support/errors';
import { showDims, sizeOf, stridesOf, toNumbers, type Tensor } from '../../graph/tensor';
import type { Value } from '../../graph/nodeBuilder';
import {
  constantInts,
  intAttribute,
  normalizeAxis,
  place,
  required,
  shapeMismatch,
  stringAttribute,
  unsupported,
} from '../shared/attributes';
import { expandTo, reshapeTo } from '../shared/broadcast';
import { elementsAt, foldMovement, fromElements, viewPositions } from '../shared/fold';
import type {
  GradientContext,
  KernelContext,
  OpContext,
  OpDefinition,
  OpFamily,
  TensorFlow,
  TfTensor,
} from '../../graph/operator';
import { incoming, requireOneType, whereNeeded } from '../shared/rules';

type Named = Pick<OpContext, 'op' | 'name' | 'attributes'>;

function axisOf(context: Named, rank: number, fallback = 0): number {
  return normalizeAxis(context, intAttribute(context, 'axis', fallback), rank);
}

/** Constant indices with negative ones counted from the end; throws where one is out of range. */
function indicesInto(context: Named, indices: Tensor, dim: number): number[] {
  return toNumbers(indices).map((index) => {
    const normalized = index < 0 ? index + dim : index;
    if (normalized >= 0 && normalized < dim) return normalized;
    throw new ModelFormatError('an index is out of range', {
      place: place(context),
      expected: `an index into ${String(dim)} elements`,
      got: String(index),
    });
  });
}

/** Non-negative int32 indices of a kernel. */
function wrapped(tf: TensorFlow, indices: TfTensor, dim: number): TfTensor {
  return tf.where(tf.less(indices, 0), tf.add(indices, tf.scalar(dim, 'int32')), indices);
}

const gather: OpDefinition = {
  infer: (context) => {
    const [data, indices] = [required(context, 0), required(context, 1)];
    const axis = axisOf(context, data.dims.length);
    const constant = context.constant(1);
    if (constant !== undefined) indicesInto(context, constant, data.dims[axis] ?? 0);
    return [{ dtype: data.dtype, dims: data.dims.toSpliced(axis, 1, ...indices.dims) }];
  },
  gradient: (context) => [context.needs(0) ? ungather(context) : undefined],
  fold: (context, inputs, outputs) => {
    const indices = inputs[1];
    if (indices === undefined) return undefined;
    return foldMovement((_context, source) => {
      const axis = axisOf(context, source.dims.length);
      const inner = sizeOf(source.dims.slice(axis + 1));
      const dim = source.dims[axis] ?? 0;
      const rows = indicesInto(context, indices, dim);
      const starts = viewPositions([sizeOf(source.dims.slice(0, axis))], [dim * inner]);
      return starts.flatMap((start) => rows.flatMap((row) => viewPositions([inner], [1], start + row * inner)));
    })(context, inputs, outputs);
  },
  kernel: ({ tf, ...context }) => {
    const data = required(context, 0);
    const axis = axisOf(context, data.rank);
    return [tf.gather(data, wrapped(tf, required(context, 1), data.shape[axis] ?? 0), axis)];
  },
};

/**
 * The transpose of Gather. Constant indices without repetition (a class token, a channel shuffle) are undone by another
 * Gather, with a row of zeros for what was not taken; all others need a scattering sum.
 */
function ungather(context: GradientContext): Value {
  const { b } = context;
  const [data, indices] = [required(context, 0), required(context, 1)];
  const axis = axisOf(context, data.dims.length);
  const count = sizeOf(indices.dims);
  const dy = reshapeTo(b, incoming(context), data.dims.with(axis, count));
  const constant = context.constant(1);
  const dim = data.dims[axis] ?? 0;
  const taken = new Map(constant && indicesInto(context, constant, dim).map((row, i) => [row, i]));
  if (constant !== undefined && taken.size === count) {
    const back = Array.from({ length: dim }, (_, row) => taken.get(row) ?? count);
    if (count === dim) return b.op('Gather', [dy, b.ints(back)], { axis });
    const ends = [...data.dims.map(() => 0), ...data.dims.map((_, i) => (i === axis ? 1 : 0))];
    return b.op('Gather', [b.op('Pad', [dy, b.ints(ends)]), b.ints(back)], { axis });
  }
  const alongAxis = data.dims.map((_, i) => (i === axis ? count : 1));
  const positions = expandTo(b, reshapeTo(b, indices, alongAxis), dy.dims);
  return scatterSum(context, data.dims, positions, dy, axis);
}

/** Zeros of shape `dims` with `updates` added at the given indices along an axis. */
function scatterSum(
  { b }: GradientContext,
  dims: readonly number[],
  indices: Value,
  updates: Value,
  axis: number,
): Value {
  return b.op('ScatterElements', [b.filled(dims, 0), indices, updates], { axis, reduction: 'add' });
}

function requireIndices(context: OpContext): number {
  const [data, indices] = [required(context, 0), required(context, 1)];
  const axis = axisOf(context, data.dims.length);
  const fits =
    indices.dims.length === data.dims.length &&
    indices.dims.every((dim, i) => i === axis || dim <= (data.dims[i] ?? 0));
  if (!fits)
    throw shapeMismatch(context, `indices that fit ${showDims(data.dims)} besides axis ${String(axis)}`, indices);
  const constant = context.constant(1);
  if (constant !== undefined) indicesInto(context, constant, data.dims[axis] ?? 0);
  return axis;
}

/** Positions in flattened data that `indices` along `axis` point to, as int32. */
function flatPositions(tf: TensorFlow, dims: readonly number[], indices: TfTensor, axis: number): Tensor1D {
  const strides = stridesOf(dims);
  const base = viewPositions(indices.shape, strides.with(axis, 0));
  const along = tf.mul(wrapped(tf, indices, dims[axis] ?? 0), tf.scalar(strides[axis] ?? 1, 'int32'));
  return tf.add<Tensor1D>(tf.reshape(along, [-1]), tf.tensor1d(base, 'int32'));
}

const gatherElements: OpDefinition = {
  infer: (context) => {
    requireIndices(context);
    return [{ dtype: required(context, 0).dtype, dims: required(context, 1).dims }];
  },
  gradient: (context) => {
    const { dims } = required(context, 0);
    const axis = axisOf(context, dims.length);
    return [context.needs(0) ? scatterSum(context, dims, required(context, 1), incoming(context), axis) : undefined];
  },
  kernel: ({ tf, ...context }) => {
    const [data, indices] = [required(context, 0), required(context, 1)];
    const positions = flatPositions(tf, data.shape, indices, axisOf(context, data.rank));
    return [tf.reshape(tf.gather(tf.reshape(data, [-1]), positions), indices.shape)];
  },
};

function scatterAdds(context: Named): boolean {
  const reduction = stringAttribute(context, 'reduction', 'none');
  if (reduction !== 'none' && reduction !== 'add') throw unsupported(context, `reduction "${reduction}"`);
  return reduction === 'add';
}

const scatterElements: OpDefinition = {
  infer: (context) => {
    scatterAdds(context);
    requireIndices(context);
    const [data, indices, updates] = [required(context, 0), required(context, 1), required(context, 2)];
    requireOneType(context, [data, updates]);
    if (showDims(updates.dims) !== showDims(indices.dims)) {
      throw shapeMismatch(context, `updates of shape ${showDims(indices.dims)}, that of the indices`, updates);
    }
    return [{ dtype: data.dtype, dims: data.dims }];
  },
  gradient: (context) => {
    const { b } = context;
    const [dy, indices] = [incoming(context), required(context, 1)];
    const axis = axisOf(context, dy.dims.length);
    return whereNeeded(
      context,
      () => (scatterAdds(context) ? dy : b.op('ScatterElements', [dy, indices, b.filled(indices.dims, 0)], { axis })),
      () => undefined,
      () => b.op('GatherElements', [dy, indices], { axis }),
    );
  },
  kernel: ({ tf, ...context }: KernelContext) => {
    const [data, indices, updates] = [required(context, 0), required(context, 1), required(context, 2)];
    const positions = flatPositions(tf, data.shape, indices, axisOf(context, data.rank));
    const scatter = (values: TfTensor): TfTensor =>
      tf.reshape(tf.unsortedSegmentSum(tf.reshape(values, [-1]), positions, data.size), data.shape);
    if (scatterAdds(context)) return [tf.add(data, scatter(updates))];
    return [tf.where(tf.greater(scatter(tf.ones(updates.shape)), 0), scatter(updates), data)];
  },
};

/** Sizes of the parts: from input 1, or `num_outputs` equal ones of which the last may be smaller. */
function partSizes(context: Omit<OpContext, 'inputs'> & { inputs: readonly unknown[] }, dim: number): number[] {
  const given = constantInts(context, 1);
  const count = intAttribute(context, 'num_outputs', given?.length ?? NaN);
  const even = Math.ceil(dim / count);
  const sizes =
    given ?? Array.from({ length: context.outputCount }, (_, i) => (i < count - 1 ? even : dim - even * (count - 1)));
  const fits =
    count === context.outputCount &&
    sizes.length === count &&
    sizes.every((size) => Number.isSafeInteger(size) && size >= 0) &&
    sizes.reduce((sum, size) => sum + size, 0) === dim;
  if (fits) return sizes;
  throw new ModelFormatError('the parts do not add up', {
    place: place(context),
    expected: `${String(context.outputCount)} parts of ${String(dim)} elements`,
    got: given === undefined ? `num_outputs ${String(count)}` : showDims(given),
  });
}

const split: OpDefinition = {
  infer: (context) => {
    const { dtype, dims } = required(context, 0);
    const axis = axisOf(context, dims.length);
    return partSizes(context, dims[axis] ?? 0).map((size) => ({ dtype, dims: dims.with(axis, size) }));
  },
  gradient: (context) => {
    if (!context.needs(0)) return [];
    const { b } = context;
    const parts = context.outputs.map((output, i) => context.gradients[i] ?? b.filled(output.dims, 0));
    return [b.op('Concat', parts, { axis: axisOf(context, required(context, 0).dims.length) })];
  },
  fold: (context, [source], outputs) => {
    if (source === undefined) return undefined;
    const axis = axisOf(context, source.dims.length);
    const strides = stridesOf(source.dims);
    let start = 0;
    return complete(
      outputs.map((output) => {
        const positions = viewPositions(output.dims, strides, start * (strides[axis] ?? 1));
        start += output.dims[axis] ?? 0;
        return fromElements(output, elementsAt(source, positions));
      }),
    );
  },
  kernel: ({ tf, ...context }) => {
    const x = required(context, 0);
    const axis = axisOf(context, x.rank);
    const sizes = partSizes(context, x.shape[axis] ?? 0);
    // The library cannot differentiate a split into one part.
    return sizes.length === 1 ? [tf.clone(x)] : tf.split(x, sizes, axis);
  },
};

function complete(tensors: readonly (Tensor | undefined)[]): Tensor[] | undefined {
  const known = tensors.filter((tensor) => tensor !== undefined);
  return known.length === tensors.length ? known : undefined;
}

const oneHot: OpDefinition = {
  infer: (context) => {
    const [indices, values] = [required(context, 0), required(context, 2)];
    const axis = axisOf(context, indices.dims.length + 1, -1);
    return [{ dtype: values.dtype, dims: indices.dims.toSpliced(axis, 0, depthOf(context)) }];
  },
  gradient: 'none',
  kernel: ({ tf, ...context }) => {
    const indices = required(context, 0);
    const axis = axisOf(context, indices.rank + 1, -1);
    const depth = depthOf(context);
    const hot = tf.oneHot(wrapped(tf, tf.cast(indices, 'int32'), depth), depth);
    const order = [...indices.shape.keys()].toSpliced(axis, 0, indices.rank);
    const values = tf.reshape(required(context, 2), [2]);
    return [tf.where(tf.cast(tf.transpose(hot, order), 'bool'), tf.slice(values, 1, 1), tf.slice(values, 0, 1))];
  },
};

function depthOf(context: Pick<OpContext, 'op' | 'name' | 'constant'> & { inputs: readonly unknown[] }): number {
  const depth = constantInts(context, 1)?.[0];
  if (depth !== undefined && Number.isSafeInteger(depth) && depth > 0) return depth;
  throw new ModelFormatError('the depth is impossible', {
    place: place(context),
    expected: 'a number from 1 on',
    got: String(depth),
  });
}

export const indexing = {
  Gather: gather,
  GatherElements: gatherElements,
  ScatterElements: scatterElements,
  Split: split,
  OneHot: oneHot,
} satisfies OpFamily;
