/** @file Operators that reorder, join or repeat elements (ONNX Transpose, Concat, Expand, Tile, …). */
import { ModelFormatError } from '../../support/errors';
import { sameDims, showDims, sizeOf, stridesOf } from '../../graph/tensor';
import {
  intAttribute,
  intsAttribute,
  normalizeAxis,
  place,
  required,
  shapeMismatch,
  stringAttribute,
  unsupported,
} from '../shared/attributes';
import { broadcastDims, reduceTo, reshapeTo } from '../shared/broadcast';
import { broadcastStrides, elementsAt, foldMovement, fromElements, single, viewPositions } from '../shared/fold';
import { broadcastKernel } from '../shared/kernels';
import type { OpContext, OpDefinition, OpFamily } from '../../graph/operator';
import { constantDims, incoming, requireOneType } from '../shared/rules';

type Named = Pick<OpContext, 'op' | 'name' | 'attributes'>;

/** Where each axis of the output comes from; the default reverses the axes. */
function permutation(context: Named, rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const perm = [...intsAttribute(context, 'perm', axes.toReversed())];
  if (
    !sameDims(
      perm.toSorted((a, b) => a - b),
      axes,
    )
  ) {
    throw new ModelFormatError('attribute "perm" is wrong', {
      place: place(context),
      expected: `a permutation of ${String(rank)} axes`,
      got: showDims(perm),
    });
  }
  return perm;
}

const transpose: OpDefinition = {
  infer: (context) => {
    const { dtype, dims } = required(context, 0);
    return [{ dtype, dims: permutation(context, dims.length).map((axis) => dims[axis] ?? 1) }];
  },
  gradient: (context) => {
    const perm = permutation(context, required(context, 0).dims.length);
    const inverse = perm.map((_, axis) => perm.indexOf(axis));
    return [context.needs(0) ? context.b.op('Transpose', [incoming(context)], { perm: inverse }) : undefined];
  },
  fold: foldMovement((context, source, output) => {
    const strides = stridesOf(source.dims);
    return viewPositions(
      output.dims,
      permutation(context, source.dims.length).map((axis) => strides[axis] ?? 0),
    );
  }),
  kernel: (context) => {
    const x = required(context, 0);
    return [context.tf.transpose(x, permutation(context, x.rank))];
  },
};

function concatAxis(context: Named, rank: number): number {
  return normalizeAxis(context, intAttribute(context, 'axis'), rank);
}

const concat: OpDefinition = {
  infer: (context) => {
    const types = context.inputs.map((_, i) => required(context, i));
    const { dtype, dims } = required(context, 0);
    requireOneType(context, types);
    const axis = concatAxis(context, dims.length);
    for (const type of types) {
      if (type.dims.length !== dims.length || !sameDims(type.dims.with(axis, 0), dims.with(axis, 0))) {
        throw shapeMismatch(context, `${showDims(dims)} but for axis ${String(axis)}`, type);
      }
    }
    return [
      {
        dtype,
        dims: dims.with(
          axis,
          types.reduce((sum, type) => sum + (type.dims[axis] ?? 0), 0),
        ),
      },
    ];
  },
  gradient: (context) => {
    const { b } = context;
    const dy = incoming(context);
    const axis = concatAxis(context, dy.dims.length);
    let end = 0;
    return context.inputs.map((_, i) => {
      const start = end;
      end += required(context, i).dims[axis] ?? 0;
      return context.needs(i) ? b.op('Slice', [dy, b.ints([start]), b.ints([end]), b.ints([axis])]) : undefined;
    });
  },
  fold: (context, inputs, [output]) => {
    if (output === undefined) return undefined;
    const axis = concatAxis(context, output.dims.length);
    // Rows: the elements of one input that follow each other in the output.
    const rows: (number | bigint)[][][] = [];
    for (const input of inputs) {
      if (input === undefined) return undefined;
      const length = sizeOf(input.dims.slice(axis));
      const elements = elementsAt(input, viewPositions(input.dims, stridesOf(input.dims)));
      rows.push(
        Array.from({ length: sizeOf(output.dims.slice(0, axis)) }, (_, i) =>
          elements.slice(i * length, (i + 1) * length),
        ),
      );
    }
    const joined = (rows[0] ?? []).flatMap((_, i) => rows.flatMap((row) => row[i] ?? []));
    return single(fromElements(output, joined));
  },
  kernel: (context) => {
    const tensors = context.inputs.map((_, i) => required(context, i));
    return [context.tf.concat(tensors, concatAxis(context, required(context, 0).rank))];
  },
};

const expand: OpDefinition = {
  infer: (context) => {
    const { dtype, dims } = required(context, 0);
    return [
      {
        dtype,
        dims: broadcastDims(context, [
          { dtype, dims },
          { dtype, dims: constantDims(context, 1) },
        ]),
      },
    ];
  },
  gradient: (context) => [
    context.needs(0) ? reduceTo(context.b, incoming(context), required(context, 0).dims) : undefined,
  ],
  fold: foldMovement((_context, source, output) =>
    viewPositions(output.dims, broadcastStrides(source.dims, output.dims.length)),
  ),
  kernel: (context) => [broadcastKernel(context.tf, required(context, 0), context.outputTypes[0]?.dims ?? [])],
};

/** Shape of a tiled tensor with repetition and original as separate axes: [r₀, d₀, r₁, d₁, …]. */
function tiledDims(dims: readonly number[], output: readonly number[]): number[] {
  return dims.flatMap((dim, axis) => [dim === 0 ? 0 : (output[axis] ?? 0) / dim, dim]);
}

const tile: OpDefinition = {
  infer: (context) => {
    const input = required(context, 0);
    const repeats = constantDims(context, 1);
    if (repeats.length !== input.dims.length) {
      throw shapeMismatch(context, `rank ${String(repeats.length)}, that of the repeats`, input);
    }
    return [{ dtype: input.dtype, dims: input.dims.map((dim, axis) => dim * (repeats[axis] ?? 1)) }];
  },
  gradient: (context) => {
    if (!context.needs(0)) return [];
    const { b } = context;
    const [dy, x] = [incoming(context), required(context, 0)];
    const split = tiledDims(x.dims, dy.dims);
    const kept = split.map((dim, i) => (i % 2 === 0 ? 1 : dim));
    return [reshapeTo(b, reduceTo(b, reshapeTo(b, dy, split), kept), x.dims)];
  },
  fold: foldMovement((_context, source, output) =>
    viewPositions(
      tiledDims(source.dims, output.dims),
      stridesOf(source.dims).flatMap((stride) => [0, stride]),
    ),
  ),
  kernel: (context) => {
    const { tf } = context;
    const x = required(context, 0);
    const dims = [...(context.outputTypes[0]?.dims ?? [])];
    const split = tiledDims(x.shape, dims);
    const single = x.shape.flatMap((dim) => [1, dim]);
    return [tf.reshape(broadcastKernel(tf, tf.reshape(x, single), split), dims)];
  },
};

/**
 * DepthToSpace as reshape, transpose, reshape: the shape with block and channel axes apart, and their order in the output
 * [N, C, H, block, W, block]. SpaceToDepth is the same backwards (always in mode DCR).
 */
function depthToSpaceSteps(context: Named, output: readonly number[]): { apart: number[]; perm: number[] } {
  const block = blockSize(context);
  const [n = 1, c = 1, h = 1, w = 1] = output;
  return modeOf(context) === 'DCR'
    ? { apart: [n, block, block, c, h / block, w / block], perm: [0, 3, 4, 1, 5, 2] }
    : { apart: [n, c, block, block, h / block, w / block], perm: [0, 1, 4, 2, 5, 3] };
}

function modeOf(context: Named): string {
  const mode = context.op === 'SpaceToDepth' ? 'DCR' : stringAttribute(context, 'mode', 'DCR');
  if (mode !== 'DCR' && mode !== 'CRD') throw unsupported(context, `mode "${mode}"`);
  return mode;
}

function blockSize(context: Named): number {
  const block = intAttribute(context, 'blocksize');
  if (!Number.isSafeInteger(block) || block < 1) throw unsupported(context, `blocksize ${String(block)}`);
  return block;
}

const depthToSpace: OpDefinition = {
  infer: (context) => {
    const input = required(context, 0);
    const block = blockSize(context);
    modeOf(context);
    const [n = 1, c = 1, h = 1, w = 1] = input.dims;
    if (input.dims.length !== 4 || c % block ** 2 !== 0) {
      throw shapeMismatch(context, `[N, C, H, W] with C a multiple of ${String(block ** 2)}`, input);
    }
    return [{ dtype: input.dtype, dims: [n, c / block ** 2, h * block, w * block] }];
  },
  gradient: (context) => {
    if (!context.needs(0)) return [];
    const { b } = context;
    const [dy, x] = [incoming(context), required(context, 0)];
    const { apart, perm } = depthToSpaceSteps(context, dy.dims);
    const inverse = perm.map((_, axis) => perm.indexOf(axis));
    const mixed = reshapeTo(
      b,
      dy,
      perm.map((axis) => apart[axis] ?? 1),
    );
    return [reshapeTo(b, b.op('Transpose', [mixed], { perm: inverse }), x.dims)];
  },
  kernel: (context) => {
    const { tf } = context;
    const dims = [...(context.outputTypes[0]?.dims ?? [])];
    const { apart, perm } = depthToSpaceSteps(context, dims);
    return [tf.reshape(tf.transpose(tf.reshape(required(context, 0), apart), perm), dims)];
  },
};

const spaceToDepth: OpDefinition = {
  infer: (context) => {
    const input = required(context, 0);
    const block = blockSize(context);
    const [n = 1, c = 1, h = 1, w = 1] = input.dims;
    if (input.dims.length !== 4 || h % block !== 0 || w % block !== 0) {
      throw shapeMismatch(context, `[N, C, H, W] with H and W multiples of ${String(block)}`, input);
    }
    return [{ dtype: input.dtype, dims: [n, c * block ** 2, h / block, w / block] }];
  },
  gradient: (context) => [
    context.needs(0)
      ? context.b.op('DepthToSpace', [incoming(context)], { blocksize: blockSize(context), mode: 'DCR' })
      : undefined,
  ],
  kernel: (context) => {
    const { tf } = context;
    const x = required(context, 0);
    const { apart, perm } = depthToSpaceSteps(context, x.shape);
    const mixed = tf.reshape(
      x,
      perm.map((axis) => apart[axis] ?? 1),
    );
    const ordered = tf.transpose(
      mixed,
      perm.map((_, axis) => perm.indexOf(axis)),
    );
    return [tf.reshape(ordered, [...(context.outputTypes[0]?.dims ?? [])])];
  },
};

export const movement = {
  Transpose: transpose,
  Concat: concat,
  Expand: expand,
  Tile: tile,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
} satisfies OpFamily;
