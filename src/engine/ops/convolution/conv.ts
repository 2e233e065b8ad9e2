/** @file Convolutions over sequences and images (ONNX Conv, ConvTranspose). */
import { ModelFormatError } from '../../support/errors';
import { showDims, type TensorType } from '../../graph/tensor';
import {
  intAttribute,
  intsAttribute,
  place,
  required,
  shapeMismatch,
  stringAttribute,
  unsupported,
} from '../shared/attributes';
import { inputGradient, type Convolution } from './convGradient';
import { convolve, transposedConvolve } from './convKernel';
import type { OpContext, OpDefinition, OpFamily } from '../../graph/operator';
import { incoming, requireOneType, whereNeeded } from '../shared/rules';
import {
  exactEnd,
  explicitPads,
  extentOf,
  kernelShape,
  refusePadsBesideAuto,
  spatialDims,
  steps,
  windowAttributes,
  windowOf,
} from '../shared/window';
import { weightGradient } from './weightGradient';
import type { NodeBuilder, Value } from '../../graph/nodeBuilder';
import type { Window, WindowContext } from '../shared/window';

/** Checks the weights `[outputs, inputs/group, …kernel]` and the bias `[outputs]`; returns the group count. */
function groupOf(context: OpContext, grouped: number, split: number): number {
  const [weights, bias] = [required(context, 1), context.inputs[2]];
  const group = intAttribute(context, 'group', 1);
  if (!Number.isSafeInteger(group) || group < 1 || grouped % group !== 0 || split % group !== 0) {
    throw new ModelFormatError('attribute "group" is wrong', {
      place: place(context),
      expected: `a divisor of ${String(grouped)} and ${String(split)} channels`,
      got: String(group),
    });
  }
  const outputs = context.op === 'Conv' ? split : (weights.dims[1] ?? 0) * group;
  if (bias !== undefined && (bias.dims.length !== 1 || bias.dims[0] !== outputs)) {
    throw shapeMismatch(context, `a bias of shape [${String(outputs)}]`, bias);
  }
  requireOneType(
    context,
    context.inputs.filter((input) => input !== undefined),
  );
  return group;
}

/** Reads a Conv over `x` with weights of the given shape. */
function convolution(context: WindowContext, x: readonly number[], weights: readonly number[]): Convolution {
  const size = x.slice(2);
  const kernel = kernelShape(context, size.length, weights.slice(2));
  return { window: windowOf(context, size, kernel), group: intAttribute(context, 'group', 1), size };
}

/** Reads a ConvTranspose of `x` as the transpose of a convolution, whose input has the shape of the output here. */
function transposedConvolution(context: WindowContext, x: readonly number[], weights: readonly number[]): Convolution {
  const input = x.slice(2);
  const rank = input.length;
  const shape = { kernel: kernelShape(context, rank, weights.slice(2)), ...steps(context, rank) };
  const extra = outputPadding(context, shape.strides);
  const covered = extentOf(shape).map(
    (extent, axis) => ((input[axis] ?? 1) - 1) * (shape.strides[axis] ?? 1) + extent + (extra[axis] ?? 0),
  );
  const pads = transposedPads(context, input, covered, shape.strides);
  const size = covered.map((length, axis) => length - (pads.begin[axis] ?? 0) - (pads.end[axis] ?? 0));
  if (!size.every((length) => length >= 1)) {
    throw new ModelFormatError('the padding removes the whole output', {
      place: place(context),
      expected: `less than ${showDims(covered)}`,
      got: showDims([...pads.begin, ...pads.end]),
    });
  }
  const window: Window = { ...shape, begin: pads.begin, end: pads.end, output: input };
  return { window: exactEnd(window, size).window, group: intAttribute(context, 'group', 1), size };
}

function outputPadding(context: WindowContext, strides: readonly number[]): readonly number[] {
  const extra = intsAttribute(
    context,
    'output_padding',
    strides.map(() => 0),
  );
  const fits =
    extra.length === strides.length &&
    extra.every((count, axis) => Number.isSafeInteger(count) && count >= 0 && count < (strides[axis] ?? 1));
  if (fits) return extra;
  throw new ModelFormatError('attribute "output_padding" is wrong', {
    place: place(context),
    expected: `numbers from 0 on, less than the strides ${showDims(strides)}`,
    got: showDims(extra),
  });
}

/** What is cut off a full transposed convolution of size `covered`: `pads`, or whatever leads to `output_shape`. */
function transposedPads(
  context: WindowContext,
  input: readonly number[],
  covered: readonly number[],
  strides: readonly number[],
): Pick<Window, 'begin' | 'end'> {
  const autoPad = stringAttribute(context, 'auto_pad', 'NOTSET');
  const same = autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER';
  if (!same && autoPad !== 'NOTSET' && autoPad !== 'VALID') throw unsupported(context, `auto_pad "${autoPad}"`);
  const wanted =
    intsAttribute(context, 'output_shape') ??
    (same ? input.map((length, axis) => length * (strides[axis] ?? 1)) : undefined);
  if (wanted === undefined) {
    return autoPad === 'VALID'
      ? { begin: input.map(() => 0), end: input.map(() => 0) }
      : explicitPads(context, input.length);
  }
  const total = covered.map((length, axis) => length - (wanted[axis] ?? NaN));
  if (wanted.length !== input.length || !total.every((pad) => Number.isSafeInteger(pad) && pad >= 0)) {
    throw new ModelFormatError('the output shape cannot be reached', {
      place: place(context),
      expected: `at most ${showDims(covered)}`,
      got: showDims(wanted),
    });
  }
  const less = total.map((pad) => Math.floor(pad / 2));
  const more = total.map((pad) => Math.ceil(pad / 2));
  return autoPad === 'SAME_UPPER' ? { begin: less, end: more } : { begin: more, end: less };
}

function biasGradient(b: NodeBuilder, dy: Value): Value {
  return b.op('ReduceSum', [dy, b.ints([0, ...dy.dims.slice(2).map((_, axis) => axis + 2)])], { keepdims: 0 });
}

/** Checks the ranks and returns the spatial size of `x`. */
function requireRanks(context: OpContext): TensorType {
  const [x, weights] = [required(context, 0), required(context, 1)];
  const spatial = spatialDims(context, x);
  refusePadsBesideAuto(context);
  if (weights.dims.length !== x.dims.length) {
    throw shapeMismatch(context, `weights of rank ${String(spatial.length + 2)}`, weights);
  }
  return x;
}

const conv: OpDefinition = {
  infer: (context) => {
    const x = requireRanks(context);
    const { dims } = required(context, 1);
    const [batch = 0, channels = 0] = x.dims;
    const [outputs = 0, perGroup = 0] = dims;
    const group = groupOf(context, channels, outputs);
    if (perGroup * group !== channels) throw shapeMismatch(context, `${String(perGroup * group)} input channels`, x);
    return [{ dtype: x.dtype, dims: [batch, outputs, ...convolution(context, x.dims, dims).window.output] }];
  },
  gradient: (context) => {
    const { b } = context;
    const [x, weights, dy] = [required(context, 0), required(context, 1), incoming(context)];
    const read = convolution(context, x.dims, weights.dims);
    return whereNeeded(
      context,
      () => inputGradient(b, dy, weights, context.constant(1), read),
      () => weightGradient(b, x, dy, read),
      () => biasGradient(b, dy),
    );
  },
  kernel: (context) => {
    const [x, weights, bias] = [required(context, 0), required(context, 1), context.inputs[2]];
    return [convolve(context.tf, x, weights, convolution(context, x.shape, weights.shape), bias)];
  },
};

const convTranspose: OpDefinition = {
  infer: (context) => {
    const x = requireRanks(context);
    const { dims } = required(context, 1);
    const [batch = 0, channels = 0] = x.dims;
    const [inputs = 0, perGroup = 0] = dims;
    const group = groupOf(context, channels, inputs);
    if (inputs !== channels) throw shapeMismatch(context, `${String(inputs)} input channels`, x);
    return [{ dtype: x.dtype, dims: [batch, perGroup * group, ...transposedConvolution(context, x.dims, dims).size] }];
  },
  gradient: (context) => {
    const { b } = context;
    const [x, weights, dy] = [required(context, 0), required(context, 1), incoming(context)];
    const read = transposedConvolution(context, x.dims, weights.dims);
    return whereNeeded(
      context,
      () => b.op('Conv', [dy, weights], { ...windowAttributes(read.window), group: read.group }),
      () => weightGradient(b, dy, x, read),
      () => biasGradient(b, dy),
    );
  },
  kernel: (context) => {
    const [x, weights, bias] = [required(context, 0), required(context, 1), context.inputs[2]];
    return [transposedConvolve(context.tf, x, weights, transposedConvolution(context, x.shape, weights.shape), bias)];
  },
};

export const convolutions = { Conv: conv, ConvTranspose: convTranspose } satisfies OpFamily;
