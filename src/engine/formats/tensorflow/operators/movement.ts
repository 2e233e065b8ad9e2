/** @file Operators that move elements: shapes, slices, padding, resizing. */
import { sizeOf, type Tensor } from '../../../graph/tensor';
import { KERAS_AXES, NCHW_AXES } from '../../keras/kerasTensor';
import {
  isImages,
  type NodeConverter,
  type Operand,
  type OperatorConverter,
  type OperatorFamily,
  type TfValue,
} from '../nodeConverter';

/** Stands for "to the end" in Slice, in either direction. */
const END = 2 ** 31 - 1;

const same: OperatorConverter = (node) => node.operand(0);

/** Concat and its kin: all inputs in one order. */
function sameOrder(node: NodeConverter, inputs: readonly number[]): TfValue[] {
  const images = inputs.every((i) => isImages(node.operand(i)));
  return inputs.map((i) => (images ? node.nchw(i) : node.tf(i)));
}

/** An axis of `x` where it is stored; negative ones count from the end. */
function stored(x: TfValue, axis: number): number {
  const known = axis < 0 ? axis + (x.rank ?? 0) : axis;
  return x.order === 'nchw' ? (NCHW_AXES[known] ?? known) : known;
}

function concat(node: NodeConverter, axisInput: number, inputs: readonly number[]): TfValue {
  const [axis = 0] = node.known(axisInput, 'an axis');
  const values = sameOrder(node, inputs);
  const [first] = values;
  if (first === undefined) throw node.error('the node is called wrongly', 'inputs', 'none');
  const attributes = { axis: stored(first, axis) };
  return {
    ...first,
    value: node.op(
      'Concat',
      values.map(({ value }) => value),
      attributes,
    ),
  };
}

function split(node: NodeConverter, x: TfValue, axis: number, sizes: readonly number[] | number): TfValue[] {
  const parts = typeof sizes === 'number' ? sizes : sizes.length;
  const attributes = { axis: stored(x, axis), ...(typeof sizes === 'number' && { num_outputs: sizes }) };
  const inputs = typeof sizes === 'number' ? [x.value] : [x.value, node.ints(sizes)];
  return node.ops('Split', inputs, attributes, parts).map((value) => ({ ...x, value }));
}

function pad(node: NodeConverter): TfValue {
  const x = node.value(0);
  const pairs = node.known(1, 'padding');
  const axes = pairs.length / 2;
  const order = x.order === 'nchw' && axes === 4 ? KERAS_AXES : Array.from({ length: axes }, (_, axis) => axis);
  const pads = [0, 1].flatMap((end) => order.map((axis) => pairs[2 * axis + end] ?? 0));
  const fill = node.operands.length > 2 ? [node.value(2).value] : [];
  const mirror = node.text('mode', '');
  if (mirror === 'SYMMETRIC') throw node.unsupported('symmetric padding');
  return node.map(x, 'Pad', mirror === 'REFLECT' ? { mode: 'reflect' } : {}, [node.ints(pads), ...fill]);
}

function resize(node: NodeConverter, mode: 'linear' | 'nearest'): TfValue {
  const size = node.known(1, 'a size');
  const halfPixel = node.flag('half_pixel_centers');
  const corners = node.flag('align_corners');
  const grid = corners ? 'align_corners' : halfPixel ? 'half_pixel' : 'asymmetric';
  const rounding = corners || halfPixel ? 'round_prefer_ceil' : 'floor';
  const attributes = {
    ...{ mode, coordinate_transformation_mode: grid, axes: [2, 3] },
    ...(mode === 'nearest' && { nearest_mode: rounding }),
  };
  return node.map(node.nchw(0), 'Resize', attributes, ['', '', node.ints(size)]);
}

/** What lies between this and BatchToSpaceND is a dilated convolution. */
function spaceToBatch(node: NodeConverter): TfValue {
  const [block, pairs] = [node.known(1, 'a block'), node.known(2, 'padding')];
  const [top = 0, bottom = 0, left = 0, right = 0] = pairs;
  if (block.length !== 2) throw node.unsupported('another number of axes than two');
  return { ...node.nchw(0), spread: { block, pads: [top, left, bottom, right] } };
}

function batchToSpace(node: NodeConverter): TfValue {
  const { spread, ...x } = node.value(0);
  if (spread?.block.join() !== node.known(1, 'a block').join())
    throw node.unsupported('anything but a dilated convolution');
  const [top = 0, bottom = 0, left = 0, right = 0] = node.known(2, 'cropping');
  if (top + bottom + left + right === 0) return x;
  const ends = [bottom, right].map((cropped) => (cropped === 0 ? END : -cropped));
  return node.map(x, 'Slice', {}, [node.ints([top, left]), node.ints(ends), node.ints([2, 3])]);
}

function bit(mask: number, i: number): boolean {
  return (mask & (1 << i)) !== 0;
}

/** `x[begin:end:stride, …]` with TensorFlow's masks. */
function stridedSlice(node: NodeConverter): TfValue {
  if (node.number('new_axis_mask', 0) !== 0) throw node.unsupported('a new axis in a slice');
  if (node.number('ellipsis_mask', 0) !== 0) throw node.unsupported('an ellipsis in a slice');
  const x = node.tf(0);
  const [begin, end, strides] = [1, 2, 3].map((i) => node.known(i, 'bounds of a slice'));
  const shrink = node.number('shrink_axis_mask', 0);
  const axes = (begin ?? []).map((_, axis) => axis);
  const stride = (axis: number): number => (bit(shrink, axis) ? 1 : (strides?.[axis] ?? 1));
  const first = (axis: number): number => {
    if (bit(node.number('begin_mask', 0), axis) && !bit(shrink, axis)) return stride(axis) > 0 ? 0 : END;
    return begin?.[axis] ?? 0;
  };
  const last = (axis: number): number => {
    if (bit(shrink, axis)) return first(axis) === -1 ? END : first(axis) + 1;
    if (bit(node.number('end_mask', 0), axis)) return stride(axis) > 0 ? END : -END;
    return end?.[axis] ?? 0;
  };
  const [starts, ends, steps] = [first, last, stride].map((of) => node.ints(axes.map(of)));
  const inputs = [x.value, starts ?? '', ends ?? '', node.ints(axes), steps ?? ''];
  const squeezed = axes.filter((axis) => bit(shrink, axis));
  if (squeezed.length === 0) return { ...x, value: node.op('Slice', inputs) };
  const part = node.op('Slice', inputs, {}, 'part');
  const rank = x.rank === undefined ? undefined : x.rank - squeezed.length;
  return { value: node.op('Squeeze', [part, node.ints(squeezed)]), rank, order: 'tf' };
}

/** The constant with another shape: its numbers stay in their order, so it can still be written back. */
function reshaped(operand: Extract<Operand, { constant: unknown }>, dims: readonly number[]): Operand {
  const { constant } = operand;
  return { ...operand, constant: { ...constant, dims, read: (): Tensor => ({ ...constant.read(), dims }) } };
}

export const movement = {
  Identity: same,
  IdentityN: (node) => node.operands,
  StopGradient: same,
  PreventGradient: same,
  CheckNumerics: same,
  PlaceholderWithDefault: same,
  Reshape: (node) => {
    const shape = node.constant(1);
    const rank = shape?.dims[0];
    const operand = node.operand(0);
    if (shape !== undefined && 'constant' in operand) {
      const wanted = node.known(1, 'a shape');
      const size = sizeOf(operand.constant.dims);
      const rest = wanted.reduce((left, dim) => (dim > 0 ? left / dim : left), size);
      const dims = wanted.map((dim) => (dim === -1 ? rest : dim));
      if (sizeOf(dims) === size && dims.every((dim) => Number.isSafeInteger(dim) && dim > 0))
        return reshaped(operand, dims);
    }
    return { value: node.op('Reshape', [node.tf(0).value, node.value(1).value]), rank, order: 'tf' };
  },
  Squeeze: (node) => {
    const given = node.numbers('squeeze_dims');
    const operand = node.operand(0);
    if (given.length === 0 && 'constant' in operand) {
      return reshaped(
        operand,
        operand.constant.dims.filter((dim) => dim !== 1),
      );
    }
    const x = node.value(0);
    if (given.length === 0) throw node.unsupported('a squeeze of whatever axes have size 1');
    const axes = given.map((axis) => (axis < 0 ? axis + (x.rank ?? 0) : axis));
    const global = x.order === 'nchw' && [...axes].sort().join() === '1,2';
    const source = global ? x : node.asTf(x);
    const squeezed = axes.map((axis) => (global ? (NCHW_AXES[axis] ?? axis) : axis));
    const rank = x.rank === undefined ? undefined : x.rank - axes.length;
    return { value: node.op('Squeeze', [source.value, node.ints(squeezed)]), rank, order: 'tf' };
  },
  ExpandDims: (node) => {
    const x = node.tf(0);
    const [axis = 0] = node.known(1, 'an axis');
    const rank = x.rank === undefined ? undefined : x.rank + 1;
    return { value: node.op('Unsqueeze', [x.value, node.ints([axis])]), rank, order: 'tf' };
  },
  Transpose: (node) => {
    const x = node.tf(0);
    return { ...x, value: node.op('Transpose', [x.value], { perm: node.known(1, 'an order of axes') }) };
  },
  ConcatV2: (node) => concat(node, node.operands.length - 1, range(0, node.operands.length - 1)),
  Concat: (node) => concat(node, 0, range(1, node.operands.length)),
  Pack: (node) => {
    const axis = node.number('axis', 0);
    const values = node.operands.map((_, i) => node.tf(i));
    const parts = values.map(({ value }, i) => node.op('Unsqueeze', [value, node.ints([axis])], {}, `part${i}`));
    const rank = values[0]?.rank === undefined ? undefined : values[0].rank + 1;
    return { value: node.op('Concat', parts, { axis }), rank, order: 'tf' };
  },
  Split: (node) => split(node, node.value(1), node.known(0, 'an axis')[0] ?? 0, node.number('num_split', 1)),
  SplitV: (node) => split(node, node.value(0), node.known(2, 'an axis')[0] ?? 0, node.known(1, 'sizes')),
  GatherV2: (node) => {
    const [x, indices] = [node.tf(0), node.value(1)];
    const [axis = 0] = node.known(2, 'an axis');
    const rank = x.rank === undefined || indices.rank === undefined ? undefined : x.rank - 1 + indices.rank;
    return { value: node.op('Gather', [x.value, indices.value], { axis }), rank, order: 'tf' };
  },
  Fill: (node) => {
    const shape = node.value(0);
    return {
      value: node.op('Expand', [node.value(1).value, shape.value]),
      rank: node.constant(0)?.dims[0],
      order: 'tf',
    };
  },
  Range: (node) => {
    const bounds = [0, 1, 2].map((i) => node.value(i).value);
    return { value: node.op('Range', bounds), rank: 1, order: 'tf' };
  },
  Shape: (node) => ({ value: node.op('Shape', [node.tf(0).value]), rank: 1, order: 'tf' }),
  Slice: (node) => {
    const x = node.tf(0);
    const [begin, size] = [node.known(1, 'bounds of a slice'), node.known(2, 'bounds of a slice')];
    const ends = begin.map((from, axis) => ((size[axis] ?? -1) < 0 ? END : from + (size[axis] ?? 0)));
    return node.map(x, 'Slice', {}, [node.ints(begin), node.ints(ends)]);
  },
  StridedSlice: stridedSlice,
  SpaceToBatchND: spaceToBatch,
  BatchToSpaceND: batchToSpace,
  Pad: pad,
  PadV2: pad,
  MirrorPad: pad,
  ResizeBilinear: (node) => resize(node, 'linear'),
  ResizeNearestNeighbor: (node) => resize(node, 'nearest'),
  Tile: (node) => node.map(node.tf(0), 'Tile', {}, [node.value(1).value]),
} satisfies OperatorFamily;

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}
