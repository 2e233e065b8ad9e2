/**
 * @file The two adjoints of a convolution, as graphs that ONNX Runtime executes fast on a CPU. Weights are
 * `[Cout, Cin/group, …kernel]`. Which formulation is taken when was measured: docs/gradients.md.
 */
import type { GraphBuilder, Value } from '../graph/builder';
import { float32, floats, sizeOf, type Tensor } from '../graph/tensor';
import { reshapeTo } from './broadcast';
import { repeated } from './blockedLayout';
import { elementOffsets, exactEnd, extentOf, windowAttributes, windowSize, type Window } from './window';

/** Up to so many channels, a convolution that computes them leaves most of a vector register idle. */
const FEW_CHANNELS = 8;

export interface Convolution {
  /** Over `size`. */
  readonly window: Window;
  readonly group: number;
  /** Spatial size of the input. */
  readonly size: readonly number[];
}

/** ∂loss/∂input of a convolution from `dy`. `known` are the weights where they are constant. */
export function inputGradient(
  b: GraphBuilder,
  dy: Value,
  weights: Value,
  known: Tensor | undefined,
  convolution: Convolution,
): Value {
  const { window, group, size } = convolution;
  const [, channelsPerGroup = 1] = weights.dims;
  const dense = window.strides.every((stride) => stride === 1);
  const flip =
    group === 1 ? dense && known !== undefined && channelsPerGroup > FEW_CHANNELS : dense || channelsPerGroup === 1;
  if (flip) return flippedConvolution(b, dy, weights, known, convolution);
  const exact = exactEnd(window, size);
  const attributes = { ...windowAttributes(exact.window), group, output_padding: exact.unread };
  return b.op('ConvTranspose', [dy, weights], attributes);
}

/** A stride-1 convolution of `dy`, with zeros between its elements where the forward one had a stride. */
function flippedConvolution(
  b: GraphBuilder,
  dy: Value,
  weights: Value,
  known: Tensor | undefined,
  { window, group, size }: Convolution,
): Value {
  const spread = insertZeros(b, dy, window.strides);
  const begin = extentOf(window).map((extent, axis) => extent - 1 - (window.begin[axis] ?? 0));
  const end = size.map((dim, axis) => dim - (spread.dims[axis + 2] ?? 0) + (window.begin[axis] ?? 0));
  const flipped =
    known === undefined ? flipWeights(b, weights, group) : b.constant(flipConstant(known, group), 'flipped');
  const pads = [...begin, ...end].map((pad) => Math.max(pad, 0));
  const { kernel, dilations } = window;
  return b.op('Conv', [cropped(b, spread, begin, end), flipped], { kernel_shape: kernel, dilations, pads, group });
}

/** Removes as many elements at both ends of the spatial axes as `begin` and `end` are negative. */
function cropped(b: GraphBuilder, x: Value, begin: readonly number[], end: readonly number[]): Value {
  if ([...begin, ...end].every((pad) => pad >= 0)) return x;
  const starts = begin.map((pad) => Math.max(-pad, 0));
  const ends = end.map((pad, axis) => (x.dims[axis + 2] ?? 0) + Math.min(pad, 0));
  return b.op('Slice', [x, b.ints(starts), b.ints(ends), b.ints(begin.map((_, axis) => axis + 2))]);
}

function insertZeros(b: GraphBuilder, x: Value, strides: readonly number[]): Value {
  if (strides.every((stride) => stride === 1)) return x;
  const spread = repeated(b, x, strides);
  const dims = [1, 1, ...spread.dims.slice(2)];
  const comb = new Float32Array(sizeOf(dims)).map((_, i) => {
    let rest = i;
    const onTooth = strides.toReversed().map((stride, k) => {
      const dim = dims[dims.length - 1 - k] ?? 1;
      const position = rest % dim;
      rest = Math.floor(rest / dim);
      return position % stride === 0;
    });
    return onTooth.every(Boolean) ? 1 : 0;
  });
  return b.op('Mul', [spread, b.constant(float32(dims, comb), 'comb')]);
}

/** `[Cout, Cin/group, …]` to `[Cin, Cout/group, …]`, every kernel reversed in space. */
function flipConstant(weights: Tensor, group: number): Tensor {
  const [outputs = 1, inputs = 1, ...kernel] = weights.dims;
  const size = sizeOf(kernel);
  const source = floats(weights);
  const perGroup = outputs / group;
  const flipped = new Float32Array(source.length);
  for (let output = 0; output < outputs; output++) {
    const [g, o] = [Math.floor(output / perGroup), output % perGroup];
    for (let input = 0; input < inputs; input++) {
      const from = (output * inputs + input) * size;
      const to = ((g * inputs + input) * perGroup + o) * size;
      for (let i = 0; i < size; i++) flipped[to + size - 1 - i] = source[from + i] ?? 0;
    }
  }
  return float32([group * inputs, perGroup, ...kernel], flipped);
}

function flipWeights(b: GraphBuilder, weights: Value, group: number): Value {
  const [outputs = 1, inputs = 1, ...kernel] = weights.dims;
  const spatial = kernel.map((_, axis) => axis + 2);
  const reversed = b.op('Slice', [
    weights,
    b.ints(kernel.map(() => -1)),
    b.ints(kernel.map((size) => -size - 1)),
    b.ints(spatial),
    b.ints(kernel.map(() => -1)),
  ]);
  const grouped = reshapeTo(b, reversed, [group, outputs / group, inputs, ...kernel]);
  const swapped = b.op('Transpose', [grouped], { perm: [0, 2, 1, ...spatial.map((axis) => axis + 1)] });
  return reshapeTo(b, swapped, [group * inputs, outputs / group, ...kernel]);
}

/** ∂loss/∂weights of a convolution over `x` from `dy`. */
export function weightGradient(b: GraphBuilder, x: Value, dy: Value, { window, group, size }: Convolution): Value {
  const exact = exactEnd(window, size).window;
  const [channels = 1, outputs = 1] = [x.dims[1], dy.dims[1]];
  const flat = group === 1 && channels <= FEW_CHANNELS ? perImage(b, x, dy, exact) : perOffset(b, x, dy, exact, group);
  return reshapeTo(b, flat, [outputs, channels / group, ...window.kernel]);
}

/** One matrix product per image, of all shifted copies of `x` with `dy`. Returns `[Cout, Cin·k]`. */
function perImage(b: GraphBuilder, x: Value, dy: Value, window: Window): Value {
  const [batch = 1, channels = 1] = x.dims;
  const [, outputs = 1] = dy.dims;
  const positions = sizeOf(window.output);
  const copies = shiftedCopies(b, x, window).map((copy) => reshapeTo(b, copy, [batch, channels, 1, positions]));
  const joined = copies.length === 1 ? copies[0] : b.op('Concat', copies, { axis: 2 });
  const columns = reshapeTo(b, joined ?? x, [batch, channels * windowSize(window), positions]);
  const transposed = b.op('Transpose', [reshapeTo(b, dy, [batch, outputs, positions])], { perm: [0, 2, 1] });
  const products = b.op('ReduceSum', [b.op('MatMul', [columns, transposed]), b.ints([0])], { keepdims: 0 });
  return b.op('Transpose', [products], { perm: [1, 0] });
}

/** One matrix product per kernel element and group, over all images at once. Returns `[Cout·Cin/group, k]`. */
function perOffset(b: GraphBuilder, x: Value, dy: Value, window: Window, group: number): Value {
  const [batch = 1, channels = 1] = x.dims;
  const [, outputs = 1] = dy.dims;
  const positions = batch * sizeOf(window.output);
  const rows = reshapeTo(b, channelsFirst(b, dy), [group, outputs / group, positions]);
  const products = shiftedCopies(b, channelsFirst(b, x), window).map((copy) => {
    const columns = b.op('Transpose', [reshapeTo(b, copy, [group, channels / group, positions])], { perm: [0, 2, 1] });
    return reshapeTo(b, b.op('MatMul', [rows, columns]), [1, (outputs * channels) / group]);
  });
  return b.op('Transpose', [b.op('Concat', products, { axis: 0 })], { perm: [1, 0] });
}

function channelsFirst(b: GraphBuilder, x: Value): Value {
  return b.op('Transpose', [x], { perm: [1, 0, ...x.dims.slice(2).map((_, axis) => axis + 2)] });
}

/** For each kernel element, row-major: the elements of `x` that it meets, `[…, …, ...window.output]`. */
function shiftedCopies(b: GraphBuilder, x: Value, window: Window): Value[] {
  const padded = padSpatially(b, x, window.begin, window.end);
  const axes = b.ints(window.kernel.map((_, axis) => axis + 2));
  const strides = b.ints(window.strides);
  return elementOffsets(window).map((offset) => {
    const ends = offset.map(
      (start, axis) => start + ((window.output[axis] ?? 1) - 1) * (window.strides[axis] ?? 1) + 1,
    );
    return b.op('Slice', [padded, b.ints(offset), b.ints(ends), axes, strides]);
  });
}

/** `x` with zeros around its spatial axes. */
export function padSpatially(b: GraphBuilder, x: Value, begin: readonly number[], end: readonly number[]): Value {
  if ([...begin, ...end].every((pad) => pad === 0)) return x;
  return b.op('Pad', [x, b.ints([0, 0, ...begin, 0, 0, ...end])]);
}
