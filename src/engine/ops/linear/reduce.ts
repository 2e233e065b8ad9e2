/** @file Reductions over axes (ONNX ReduceMean, ReduceMax, …, ArgMax). */
import type { NodeBuilder, Value } from '../../graph/nodeBuilder';
import { sizeOf, type TensorType } from '../../graph/tensor';
import { constantInts, intAttribute, normalizeAxis, required, unsupported } from '../shared/attributes';
import { expandTo, reshapeTo } from '../shared/broadcast';
import { foldReduction } from '../shared/fold';
import { withoutGradient } from '../shared/kernels';
import type { GradientContext, OpContext, OpDefinition, OpFamily, TensorFlow, TfTensor } from '../../graph/operator';
import { incoming, indicator } from '../shared/rules';
import { TINY_ROOT } from '../elementwise/unary';

type AxesContext = Pick<OpContext, 'op' | 'name' | 'attributes' | 'constant'> & { readonly inputs: readonly unknown[] };

/** The axes that are summed up, sorted; from input 1, or all. */
function reducedAxes(context: AxesContext, rank: number): number[] {
  const axes = constantInts(context, 1) ?? [];
  if (axes.length > 0)
    return [...new Set(axes.map((axis) => normalizeAxis(context, axis, rank)))].sort((a, b) => a - b);
  const all = Array.from({ length: rank }, (_, axis) => axis);
  return intAttribute(context, 'noop_with_empty_axes', 0) === 0 ? all : [];
}

/** Shape with size 1 at the reduced axes. */
function keptDims(context: AxesContext, dims: readonly number[]): number[] {
  const axes = reducedAxes(context, dims.length);
  return dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
}

function inferReduction(context: OpContext): TensorType[] {
  const { dtype, dims } = required(context, 0);
  const axes = reducedAxes(context, dims.length);
  const keep = intAttribute(context, 'keepdims', 1) !== 0;
  return [{ dtype, dims: keep ? keptDims(context, dims) : dims.filter((_, axis) => !axes.includes(axis)) }];
}

/** What a gradient rule sees; `dy` and `y` have the rank of `x`, with size 1 at the reduced axes. */
interface Reduction {
  readonly b: NodeBuilder;
  readonly dy: Value;
  readonly x: Value;
  readonly y: Value;
  readonly axes: readonly number[];
  /** How many elements make up one of `y`. */
  readonly count: number;
}

function reduction(
  kernel: (tf: TensorFlow, x: TfTensor, axes: number[], keep: boolean) => TfTensor,
  gradient: (reduction: Reduction) => Value,
  combine?: (sum: number, value: number) => number,
): OpDefinition {
  return {
    infer: inferReduction,
    gradient: (context) => (context.needs(0) ? [gradient(prepared(context))] : []),
    ...(combine && { fold: foldReduction((context, source) => keptDims(context, source.dims), combine) }),
    kernel: (context) => {
      const x = required(context, 0);
      const keep = intAttribute(context, 'keepdims', 1) !== 0;
      return [kernel(context.tf, x, reducedAxes(context, x.rank), keep)];
    },
  };
}

function prepared(context: GradientContext): Reduction {
  const { b } = context;
  const x = required(context, 0);
  const dy = incoming(context);
  const kept = keptDims(context, x.dims);
  return {
    b,
    dy: reshapeTo(b, dy, kept),
    x,
    // Rules that do not use y leave an unused node, which the builder drops.
    y: reshapeTo(b, context.outputs[0] ?? dy, kept),
    axes: reducedAxes(context, x.dims.length),
    count: sizeOf(x.dims) / Math.max(sizeOf(kept), 1),
  };
}

/** Shares the gradient of an extremum evenly among the elements that attain it. */
function shareAmongTied({ b, dy, x, y, axes }: Reduction): Value {
  const tied = indicator(b, b.op('Equal', [x, y]));
  const count = axes.length === 0 ? tied : b.op('ReduceSum', [tied, b.ints(axes)], { keepdims: 1 });
  return b.op('Mul', [tied, b.op('Div', [dy, count])]);
}

/** ∂y times the product of the other elements, which is 0 where another element is 0. */
function productOfOthers({ b, dy, x, axes }: Reduction): Value {
  if (axes.length === 0) return dy;
  const zero = indicator(b, b.op('Equal', [x, b.scalar(0)]));
  const zeros = b.op('ReduceSum', [zero, b.ints(axes)], { keepdims: 1 });
  const noOtherZero = indicator(b, b.op('Equal', [zeros, zero]));
  const divisor = b.op('Add', [x, zero]);
  const product = b.op('Mul', [dy, b.op('ReduceProd', [divisor, b.ints(axes)], { keepdims: 1 })]);
  return b.op('Mul', [noOtherZero, b.op('Div', [product, divisor])]);
}

/**
 * A reduction that changes values even where nothing is summed up. What it does without axes under
 * `noop_with_empty_axes` differs between versions of the ONNX specification, so that is refused.
 */
function transforming(definition: OpDefinition): OpDefinition {
  return {
    ...definition,
    infer: (context) => {
      const rank = required(context, 0).dims.length;
      if (rank > 0 && reducedAxes(context, rank).length === 0) throw unsupported(context, 'noop_with_empty_axes');
      return inferReduction(context);
    },
  };
}

const argMax: OpDefinition = {
  infer: (context) => {
    const { dims } = required(context, 0);
    const axis = normalizeAxis(context, intAttribute(context, 'axis', 0), dims.length);
    if (intAttribute(context, 'select_last_index', 0) !== 0) throw unsupported(context, 'select_last_index');
    const kept = intAttribute(context, 'keepdims', 1) !== 0;
    const reduced = dims.map((dim, i) => (i === axis ? 1 : dim));
    return [{ dtype: 'int64', dims: kept ? reduced : dims.filter((_, i) => i !== axis) }];
  },
  gradient: 'none',
  kernel: (context) => {
    const x = required(context, 0);
    const axis = normalizeAxis(context, intAttribute(context, 'axis', 0), x.rank);
    const index = withoutGradient(context.tf, () => context.tf.argMax(x, axis), x);
    return [intAttribute(context, 'keepdims', 1) !== 0 ? context.tf.expandDims(index, axis) : index];
  },
};

export const reductions = {
  ReduceSum: reduction(
    (tf, x, axes, keep) => tf.sum(x, axes, keep),
    ({ b, dy, x }) => expandTo(b, dy, x.dims),
    (sum, value) => sum + value,
  ),
  ReduceMean: reduction(
    (tf, x, axes, keep) => tf.mean(x, axes, keep),
    ({ b, dy, x, count }) => expandTo(b, b.op('Mul', [dy, b.scalar(1 / count)]), x.dims),
  ),
  ReduceMax: reduction((tf, x, axes, keep) => tf.max(x, axes, keep), shareAmongTied, Math.max),
  ReduceMin: reduction((tf, x, axes, keep) => tf.min(x, axes, keep), shareAmongTied, Math.min),
  ReduceProd: reduction(
    (tf, x, axes, keep) => tf.prod(x, axes, keep),
    productOfOthers,
    (product, value) => product * value,
  ),
  ReduceL1: transforming(
    reduction(
      (tf, x, axes, keep) => tf.sum(tf.abs(x), axes, keep),
      ({ b, dy, x }) => b.op('Mul', [b.op('Sign', [x]), dy]),
    ),
  ),
  /** The gradient of the norm of a zero vector is 0. */
  ReduceL2: transforming(
    reduction(
      (tf, x, axes, keep) => tf.sqrt(tf.sum(tf.square(x), axes, keep)),
      ({ b, dy, x, y }) => b.op('Mul', [x, b.op('Div', [dy, b.op('Max', [y, b.scalar(TINY_ROOT)])])]),
    ),
  ),
  ReduceSumSquare: transforming(
    reduction(
      (tf, x, axes, keep) => tf.sum(tf.square(x), axes, keep),
      ({ b, dy, x }) => b.op('Mul', [x, b.op('Mul', [dy, b.scalar(2)])]),
    ),
  ),
  ReduceLogSumExp: transforming(
    reduction(
      (tf, x, axes, keep) => tf.logSumExp(x, axes, keep),
      ({ b, dy, x, y }) => b.op('Mul', [b.op('Exp', [b.op('Sub', [x, y])]), dy]),
    ),
  ),
  ArgMax: argMax,
} satisfies OpFamily;
