/** @file Operators that keep every element in place and at most rename the axes (ONNX Reshape, Flatten, …). */
import { ModelFormatError } from '../../support/errors';
import { showDims, sizeOf } from '../../graph/tensor';
import {
  constantInts,
  intAttribute,
  normalizeAxis,
  place,
  required,
  shapeMismatch,
  unsupported,
} from '../shared/attributes';
import { reshapeTo } from '../shared/broadcast';
import { foldReshape } from '../shared/fold';
import type { OpContext, OpDefinition, OpFamily } from '../../graph/operator';
import { sameAsInput } from '../shared/rules';

function reshaping(dimsOf: (context: OpContext) => number[]): OpDefinition {
  return {
    infer: (context) => [{ dtype: required(context, 0).dtype, dims: dimsOf(context) }],
    gradient: (context) => {
      const [dy] = context.gradients;
      return [dy && context.needs(0) ? reshapeTo(context.b, dy, required(context, 0).dims) : undefined];
    },
    fold: foldReshape,
    kernel: (context) => [context.tf.reshape(required(context, 0), [...(context.outputTypes[0]?.dims ?? [])])],
  };
}

/** 0 copies the size of the input (unless `allowzero`), −1 takes what is left. */
function reshapedDims(context: OpContext): number[] {
  const input = required(context, 0);
  const copyZero = intAttribute(context, 'allowzero', 0) === 0;
  required(context, 1);
  const target = (constantInts(context, 1) ?? []).map((dim, axis) =>
    dim === 0 && copyZero ? (input.dims[axis] ?? NaN) : dim,
  );
  const known = sizeOf(target.filter((dim) => dim !== -1));
  const dims = target.map((dim) => (dim === -1 ? sizeOf(input.dims) / known : dim));
  const possible =
    target.filter((dim) => dim === -1).length <= 1 &&
    dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0) &&
    sizeOf(dims) === sizeOf(input.dims);
  if (!possible) throw shapeMismatch(context, `a shape that can become ${showDims(target)}`, input);
  return dims;
}

function flattenedDims(context: OpContext): number[] {
  const { dims } = required(context, 0);
  const axis = intAttribute(context, 'axis', 1);
  // The axis may also be the rank itself: everything into the first dimension.
  const split = axis === dims.length ? axis : normalizeAxis(context, axis, dims.length);
  return [sizeOf(dims.slice(0, split)), sizeOf(dims.slice(split))];
}

function squeezedDims(context: OpContext): number[] {
  const input = required(context, 0);
  const axes = constantInts(context, 1)?.map((axis) => normalizeAxis(context, axis, input.dims.length));
  if (axes?.some((axis) => input.dims[axis] !== 1) === true) {
    throw shapeMismatch(context, `size 1 at axes ${showDims(axes)}`, input);
  }
  return input.dims.filter((dim, axis) => (axes === undefined ? dim !== 1 : !axes.includes(axis)));
}

function unsqueezedDims(context: OpContext): number[] {
  const { dims } = required(context, 0);
  required(context, 1);
  const given = constantInts(context, 1) ?? [];
  const rank = dims.length + given.length;
  const axes = new Set(given.map((axis) => normalizeAxis(context, axis, rank)));
  if (axes.size !== given.length) {
    throw new ModelFormatError('an axis is given twice', {
      place: place(context),
      expected: 'distinct axes',
      got: showDims(given),
    });
  }
  const rest = dims.values();
  return Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : (rest.next().value ?? 1)));
}

const identity: OpDefinition = {
  infer: sameAsInput,
  gradient: (context) => [context.gradients[0]],
  fold: foldReshape,
  kernel: (context) => [context.tf.clone(required(context, 0))],
};

/** In inference Dropout passes its input on; its optional second output is a mask of all true. */
const dropout: OpDefinition = {
  infer: (context) => {
    const { dtype, dims } = required(context, 0);
    if (context.inputs[2] !== undefined && (constantInts(context, 2) ?? []).some((training) => training !== 0)) {
      throw unsupported(context, 'Dropout in training mode');
    }
    const types = [
      { dtype, dims },
      { dtype: 'bool' as const, dims },
    ];
    return types.slice(0, context.outputCount);
  },
  gradient: (context) => [context.gradients[0]],
  kernel: (context) => {
    const x = required(context, 0);
    return [context.tf.clone(x), context.tf.onesLike(context.tf.cast(x, 'bool'))].slice(0, context.outputCount);
  },
};

export const reshapes = {
  Reshape: reshaping(reshapedDims),
  Flatten: reshaping(flattenedDims),
  Squeeze: reshaping(squeezedDims),
  Unsqueeze: reshaping(unsqueezedDims),
  Identity: identity,
  Dropout: dropout,
} satisfies OpFamily;
