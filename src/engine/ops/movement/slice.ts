/** @file Slice: every `step`-th element between two positions along some axes. */
import { ModelFormatError } from '../../support/errors';
import type { NodeBuilder, Value } from '../../graph/nodeBuilder';
import { showDims, stridesOf } from '../../graph/tensor';
import { constantInts, normalizeAxis, place, required } from '../shared/attributes';
import { reshapeTo } from '../shared/broadcast';
import { foldMovement, viewPositions } from '../shared/fold';
import type { KernelContext, OpContext, OpDefinition, OpFamily, TfTensor } from '../../graph/operator';
import { incoming } from '../shared/rules';

/** What is taken along one axis: elements `start`, `start + step`, …, `length` of them, all inside the input. */
interface Range {
  readonly start: number;
  readonly step: number;
  readonly length: number;
}

type SliceContext = Pick<OpContext, 'op' | 'name' | 'constant'> & { readonly inputs: readonly unknown[] };

/** One range per axis of the input. */
function rangesOf(context: SliceContext, dims: readonly number[]): Range[] {
  required(context, 1);
  required(context, 2);
  const starts = constantInts(context, 1) ?? [];
  const ends = constantInts(context, 2) ?? [];
  const axes = (constantInts(context, 3) ?? starts.map((_, i) => i)).map((axis) =>
    normalizeAxis(context, axis, dims.length),
  );
  const steps = constantInts(context, 4) ?? starts.map(() => 1);
  const counts = [starts, ends, axes, steps].map((list) => list.length);
  if (new Set(counts).size > 1 || new Set(axes).size !== axes.length || steps.includes(0)) {
    throw new ModelFormatError('the slice is contradictory', {
      place: place(context),
      expected: 'one start, end, axis and step other than 0 per sliced axis',
      got: `axes ${showDims(axes)}, steps ${showDims(steps)}, ${String(starts.length)} starts, ${String(ends.length)} ends`,
    });
  }
  return dims.map((dim, axis) => {
    const i = axes.indexOf(axis);
    return i === -1 ? { start: 0, step: 1, length: dim } : range(dim, starts[i] ?? 0, ends[i] ?? 0, steps[i] ?? 1);
  });
}

/** Negative positions count from the end; then both are clamped to where a walk in this direction can begin and end. */
function range(dim: number, from: number, to: number, step: number): Range {
  const [low, high] = step > 0 ? [0, dim] : [-1, dim - 1];
  const clamp = (position: number, lowest: number): number =>
    Math.min(Math.max(position < 0 ? position + dim : position, lowest), high);
  const start = clamp(from, 0);
  return { start, step, length: Math.max(0, Math.ceil((clamp(to, low) - start) / step)) };
}

/**
 * The transpose of slicing: puts the elements of `dy` back to where they came from in a tensor of zeros.
 * Reverses what ran backwards, spreads by inserting zeros after each element, and pads the ends.
 */
function unslice(b: NodeBuilder, dy: Value, ranges: readonly Range[], dims: readonly number[]): Value {
  const reversed = ranges.flatMap(({ step }, axis) => (step < 0 ? [axis] : []));
  const each = (value: number): Value => b.ints(reversed.map(() => value));
  const forward =
    reversed.length === 0
      ? dy
      : b.op('Slice', [dy, each(-1), each(Number.MIN_SAFE_INTEGER), b.ints(reversed), each(-1)]);

  const gaps = ranges.map(({ step, length }) => (length > 1 ? Math.abs(step) - 1 : 0));
  let spread = forward;
  if (gaps.some((gap) => gap > 0)) {
    const apart = reshapeTo(
      b,
      forward,
      dy.dims.flatMap((dim) => [dim, 1]),
    );
    const padded = b.op('Pad', [apart, b.ints([...apart.dims.map(() => 0), ...gaps.flatMap((gap) => [0, gap])])]);
    spread = reshapeTo(
      b,
      padded,
      dy.dims.map((dim, axis) => dim * (1 + (gaps[axis] ?? 0))),
    );
  }

  const before = ranges.map(({ start, step, length }) => (step > 0 ? start : start + (length - 1) * step));
  const after = spread.dims.map((dim, axis) => (dims[axis] ?? 0) - dim - (before[axis] ?? 0));
  return [...before, ...after].every((pad) => pad === 0)
    ? spread
    : b.op('Pad', [spread, b.ints([...before, ...after])]);
}

function take({ tf }: KernelContext, x: TfTensor, { start, step, length }: Range, axis: number): TfTensor {
  if (step === 1 && length === x.shape[axis]) return x;
  if (step === 1) {
    const begin = x.shape.map((_, i) => (i === axis ? start : 0));
    return tf.slice(x, begin, x.shape.with(axis, length));
  }
  const positions = Array.from({ length }, (_, i) => start + i * step);
  return tf.gather(x, tf.tensor1d(positions, 'int32'), axis);
}

const slice: OpDefinition = {
  infer: (context) => {
    const { dtype, dims } = required(context, 0);
    return [{ dtype, dims: rangesOf(context, dims).map(({ length }) => length) }];
  },
  gradient: (context) => {
    const { dims } = required(context, 0);
    const dy = incoming(context);
    if (!context.needs(0) || dy.dims.includes(0)) return [];
    return [unslice(context.b, dy, rangesOf(context, dims), dims)];
  },
  fold: foldMovement((context, source, output) => {
    const ranges = rangesOf(context, source.dims);
    const strides = stridesOf(source.dims);
    const offset = ranges.reduce((sum, { start }, axis) => sum + start * (strides[axis] ?? 0), 0);
    return viewPositions(
      output.dims,
      ranges.map(({ step }, axis) => step * (strides[axis] ?? 0)),
      offset,
    );
  }),
  kernel: (context) => {
    const x = required(context, 0);
    return [rangesOf(context, x.shape).reduce((rest, axisRange, axis) => take(context, rest, axisRange, axis), x)];
  },
};

export const slicing = { Slice: slice } satisfies OpFamily;
