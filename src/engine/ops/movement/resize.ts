/** @file Resize: enlarges or shrinks images by nearest or linear interpolation. Spatial axes only. */
import { ModelFormatError } from '../../support/errors';
import type { NodeBuilder, Value } from '../../graph/nodeBuilder';
import { float32, sameDims, showDims, toNumbers, type TensorType } from '../../graph/tensor';
import {
  constantInts,
  intAttribute,
  intsAttribute,
  normalizeAxis,
  place,
  required,
  stringAttribute,
  unsupported,
} from '../shared/attributes';
import { scaled } from '../shared/blockedLayout';
import { interpolation, type Interpolation } from '../shared/interpolation';
import type { OpContext, OpDefinition, OpFamily, TensorFlow, TfTensor } from '../../graph/operator';
import { incoming } from '../shared/rules';
import { spatialDims, type WindowContext } from '../shared/window';

type ResizeContext = WindowContext & Pick<OpContext, 'constant'> & { readonly inputs: readonly unknown[] };

/** What happens to one axis. */
interface AxisResize {
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

/** One entry per axis of the input. */
function axesOf(context: ResizeContext, dims: readonly number[]): AxisResize[] {
  const axes = intsAttribute(
    context,
    'axes',
    dims.map((_, axis) => axis),
  ).map((axis) => normalizeAxis(context, axis, dims.length));
  const scales = nonEmpty(scalesOf(context));
  const sizes = nonEmpty(constantInts(context, 3));
  const given = scales ?? sizes ?? [];
  const policy = stringAttribute(context, 'keep_aspect_ratio_policy', 'stretch');
  if (policy !== 'stretch') throw unsupported(context, `keep_aspect_ratio_policy "${policy}"`);
  if ((scales === undefined) === (sizes === undefined) || given.length !== axes.length) {
    throw new ModelFormatError('the new size is not given', {
      place: place(context),
      expected: `either scales or sizes for axes ${showDims(axes)}`,
      got: `scales ${showDims(scales ?? [])}, sizes ${showDims(sizes ?? [])}`,
    });
  }
  return dims.map((from, axis) => {
    const value = given[axes.indexOf(axis)];
    if (value === undefined) return { from, to: from, scale: 1 };
    return scales === undefined
      ? { from, to: value, scale: Math.fround(value / from) }
      : { from, to: Math.floor(Math.fround(from * value)), scale: value };
  });
}

function scalesOf(context: ResizeContext): number[] | undefined {
  if (context.inputs[2] === undefined) return undefined;
  const tensor = context.constant(2);
  if (tensor === undefined) throw unsupported(context, 'a scale that depends on the image content');
  return toNumbers(tensor);
}

function nonEmpty(values: number[] | undefined): number[] | undefined {
  return values?.length === 0 ? undefined : values;
}

/** How each spatial axis is interpolated; `undefined` for one that stays as it is. */
function interpolations(context: ResizeContext, dims: readonly number[]): (Interpolation | undefined)[] {
  return axesOf(context, dims)
    .slice(2)
    .map(({ from, to, scale }) => (from === to && scale === 1 ? undefined : interpolation(context, from, to, scale)));
}

function infer(context: OpContext): TensorType[] {
  const x = required(context, 0);
  spatialDims(context, x);
  for (const key of ['antialias', 'exclude_outside']) {
    if (intAttribute(context, key, 0) !== 0) throw unsupported(context, `attribute "${key}"`);
  }
  const axes = axesOf(context, x.dims);
  const dims = axes.map(({ to }) => to);
  if (!dims.every((dim) => Number.isSafeInteger(dim) && dim >= 1)) {
    throw new ModelFormatError('the new size is impossible', {
      place: place(context),
      expected: 'sizes from 1 on',
      got: showDims(dims),
    });
  }
  if (!sameDims(dims.slice(0, 2), x.dims.slice(0, 2))) throw unsupported(context, 'resizing batch or channels');
  interpolation(context, 1, 1, 1);
  return [{ dtype: x.dtype, dims }];
}

/** The transpose of the interpolation, axis by axis. */
function gradient(b: NodeBuilder, dy: Value, axes: readonly (Interpolation | undefined)[]): Value {
  const factors = axes.map((axis) => (axis === undefined ? 1 : repetitionOf(axis)));
  const known = factors.filter((factor) => factor !== undefined);
  if (known.length === factors.length) return sumTiles(b, dy, known);
  const [last, beforeLast] = axes.toReversed();
  const across = last === undefined ? dy : b.op('MatMul', [dy, b.constant(asMatrix(last), 'interpolation')]);
  if (beforeLast === undefined) return across;
  const matrix = b.constant(asMatrix(beforeLast), 'interpolation');
  return b.op('MatMul', [b.op('Transpose', [matrix], { perm: [1, 0] }), across]);
}

/** How often each element is repeated, where the interpolation does nothing else. */
function repetitionOf({ from, to, taps }: Interpolation): number | undefined {
  const factor = to / from;
  const repeats = taps.every(({ index, weight }, i) => weight === 1 && index === Math.floor(i / factor));
  return Number.isInteger(factor) && repeats && taps.length === to ? factor : undefined;
}

function sumTiles(b: NodeBuilder, dy: Value, factors: readonly number[]): Value {
  if (factors.every((factor) => factor === 1)) return dy;
  const means = b.op('AveragePool', [dy], { kernel_shape: factors, strides: factors });
  return scaled(
    b,
    means,
    factors.reduce((product, factor) => product * factor, 1),
  );
}

/** `[to, from]` */
function asMatrix({ from, to, taps }: Interpolation): ReturnType<typeof float32> {
  const matrix = new Float32Array(to * from);
  for (const { output, index, weight } of taps)
    matrix[output * from + index] = (matrix[output * from + index] ?? 0) + weight;
  return float32([to, from], matrix);
}

function interpolateKernel(tf: TensorFlow, x: TfTensor, axis: number, along: Interpolation): TfTensor {
  const order = x.shape.map((_, i) => i).toSpliced(axis, 1);
  const moved = tf.transpose(x, [...order, axis]);
  const rows = tf.reshape(moved, [-1, along.from]);
  const { data } = asMatrix(along);
  const matrix = tf.tensor(data as Float32Array, [along.to, along.from]);
  const resized = tf.reshape(tf.matMul(rows, matrix, false, true), [...moved.shape.slice(0, -1), along.to]);
  return tf.transpose(
    resized,
    x.shape.map((_, i) => (i === axis ? x.rank - 1 : order.indexOf(i))),
  );
}

const resize: OpDefinition = {
  infer,
  gradient: (context) => {
    if (!context.needs(0)) return [];
    return [gradient(context.b, incoming(context), interpolations(context, required(context, 0).dims))];
  },
  kernel: (context) => {
    const x = required(context, 0);
    return [
      interpolations(context, x.shape).reduce<TfTensor>(
        (value, along, i) => (along === undefined ? value : interpolateKernel(context.tf, value, i + 2, along)),
        x,
      ),
    ];
  },
};

export const resizing = { Resize: resize } satisfies OpFamily;
