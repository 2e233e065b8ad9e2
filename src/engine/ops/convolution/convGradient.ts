/**
 * @file The gradient of a convolution with respect to its input, as a graph that ONNX Runtime executes fast on a CPU.
 * Weights are `[Cout, Cin/group, …kernel]`. Which formulation is taken when was measured: docs/gradients.md.
 */
import type { NodeBuilder, Value } from '../../graph/nodeBuilder';
import { float32, floats, int64, sizeOf, toNumbers, type Tensor } from '../../graph/tensor';
import { reshapeTo } from '../shared/broadcast';
import { repeated } from '../shared/blockedLayout';
import { elementOffsets, exactEnd, extentOf, outerProduct, windowAttributes, type Window } from '../shared/window';

/** Up to so many channels, a convolution that computes or reads them leaves most of a vector register idle. */
export const FEW_CHANNELS = 8;

/** So many channels of 2×2 pixels make up one vector register. */
const COLOUR_CHANNELS = [3, 4];

export interface Convolution {
  /** Over `size`. */
  readonly window: Window;
  readonly group: number;
  /** Spatial size of the input. */
  readonly size: readonly number[];
}

/** ∂loss/∂input of a convolution from `dy`. `known` are the weights where they are constant. */
export function inputGradient(
  b: NodeBuilder,
  dy: Value,
  weights: Value,
  known: Tensor | undefined,
  convolution: Convolution,
): Value {
  const { window, group, size } = convolution;
  const [, channelsPerGroup = 1] = weights.dims;
  const dense = isDense(window);
  const colour = group === 1 && COLOUR_CHANNELS.includes(channelsPerGroup);
  if (known !== undefined && dense && colour && size.length === 2) return tiledConvolution(b, dy, known, convolution);
  const flip = group === 1 ? dense && channelsPerGroup > FEW_CHANNELS : dense || channelsPerGroup === 1;
  if (flip) return flippedConvolution(b, dy, weights, known, convolution);
  const exact = exactEnd(window, size);
  const attributes = { ...windowAttributes(exact.window), group, output_padding: exact.unread };
  return b.op('ConvTranspose', [dy, weights], attributes);
}

/** A stride-1 convolution of `dy`, with zeros between its elements where the forward one had a stride. */
function flippedConvolution(
  b: NodeBuilder,
  dy: Value,
  weights: Value,
  known: Tensor | undefined,
  { window, group, size }: Convolution,
): Value {
  const [core, before] = isDense(window) ? withoutPadding(b, dy) : [dy, size.map(() => 0)];
  const spread = insertZeros(b, core, window.strides);
  const begin = extentOf(window).map((extent, axis) => extent - 1 - (window.begin[axis] ?? 0) + (before[axis] ?? 0));
  const end = extentOf(window).map(
    (extent, axis) => (size[axis] ?? 0) + extent - 1 - (spread.dims[axis + 2] ?? 0) - (begin[axis] ?? 0),
  );
  const flipped =
    known === undefined ? flipWeights(b, weights, group) : b.constant(flipConstant(known, group), 'flipped');
  const pads = [...begin, ...end].map((pad) => Math.max(pad, 0));
  const { kernel, dilations } = window;
  return b.op('Conv', [cropped(b, spread, begin, end), flipped], { kernel_shape: kernel, dilations, pads, group });
}

/**
 * Computes 2×2 pixels at a time, as channels of an image of half the size: a convolution with stride 2 and the flipped
 * weights at four places.
 */
function tiledConvolution(b: NodeBuilder, dy: Value, weights: Tensor, { window, size }: Convolution): Value {
  const extent = extentOf(window);
  const begin = extent.map((length, axis) => length - 1 - (window.begin[axis] ?? 0));
  const end = extent.map(
    (length, axis) => 2 * Math.ceil((size[axis] ?? 0) / 2) - 1 + length - (dy.dims[axis + 2] ?? 0) - (begin[axis] ?? 0),
  );
  const filters = b.constant(tiledWeights(weights, window), 'tiled');
  const tiles = b.op('Conv', [cropped(b, dy, begin, end), filters], {
    kernel_shape: filters.dims.slice(2),
    strides: [2, 2],
    pads: [...begin, ...end].map((pad) => Math.max(pad, 0)),
  });
  const image = b.op('DepthToSpace', [tiles], { blocksize: 2, mode: 'CRD' });
  const beyond = size.map((dim, axis) => dim - (image.dims[axis + 2] ?? 0));
  return cropped(
    b,
    image,
    size.map(() => 0),
    beyond,
  );
}

/** `[Cout, Cin, …]` to `[Cin·2·2, Cout, …]`, reversed in space, shifted by one for the second row and column. */
function tiledWeights(weights: Tensor, window: Window): Tensor {
  const [outputs = 1, inputs = 1] = weights.dims;
  const [height = 1, width = 1] = extentOf(window);
  const source = floats(weights);
  const data = new Float32Array(inputs * 4 * outputs * (height + 1) * (width + 1));
  const offsets = elementOffsets(window);
  for (let filter = 0; filter < outputs * inputs; filter++) {
    const [output, input] = [Math.floor(filter / inputs), filter % inputs];
    for (let place = 0; place < 4; place++) {
      const start = ((input * 4 + place) * outputs + output) * (height + 1) * (width + 1);
      offsets.forEach(([row = 0, column = 0], i) => {
        const [y, x] = [(place >> 1) + height - 1 - row, (place & 1) + width - 1 - column];
        data[start + y * (width + 1) + x] = source[filter * offsets.length + i] ?? 0;
      });
    }
  }
  return float32([inputs * 4, outputs, height + 1, width + 1], data);
}

function isDense({ strides }: Window): boolean {
  return strides.every((stride) => stride === 1);
}

/**
 * What `dy` was before zeros were put around its images, and how many before each axis. A convolution adds them for
 * nothing, a Pad costs a pass of its own and leaves the blocked layout.
 */
function withoutPadding(b: NodeBuilder, dy: Value): [core: Value, before: number[]] {
  const producer = b.nodes.findLast((node) => node.outputs.includes(dy.name));
  const [name = '', pads = '', ...options] = producer?.op === 'Pad' ? producer.inputs : [];
  const counts = toNumbers(b.constantOf({ name: pads }) ?? int64([0], []));
  const before = counts.slice(0, dy.dims.length);
  const spatial =
    counts.length === 2 * dy.dims.length &&
    counts.every((count, i) => (i % dy.dims.length < 2 ? count === 0 : count >= 0));
  const zeros = options.every((option) => option === '') && producer?.attributes.mode === undefined;
  return spatial && zeros ? [b.value(name), before.slice(2)] : [dy, dy.dims.slice(2).map(() => 0)];
}

/** Removes as many elements at both ends of the spatial axes as `begin` and `end` are negative. */
export function cropped(b: NodeBuilder, x: Value, begin: readonly number[], end: readonly number[]): Value {
  if ([...begin, ...end].every((pad) => pad >= 0)) return x;
  const starts = begin.map((pad) => Math.max(-pad, 0));
  const ends = end.map((pad, axis) => (x.dims[axis + 2] ?? 0) + Math.min(pad, 0));
  return b.op('Slice', [x, b.ints(starts), b.ints(ends), b.ints(begin.map((_, axis) => axis + 2))]);
}

function insertZeros(b: NodeBuilder, x: Value, strides: readonly number[]): Value {
  if (strides.every((stride) => stride === 1)) return x;
  const spread = repeated(b, x, strides);
  const dims = [1, 1, ...spread.dims.slice(2)];
  const teeth = strides.map((stride, axis) =>
    Array.from({ length: spread.dims[axis + 2] ?? 0 }, (_, i) => (i % stride === 0 ? 1 : 0)),
  );
  return b.op('Mul', [spread, b.constant(float32(dims, outerProduct(teeth)), 'comb')]);
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

/** The same for weights that are computed. */
function flipWeights(b: NodeBuilder, weights: Value, group: number): Value {
  const [outputs = 1, inputs = 1, ...kernel] = weights.dims;
  const spatial = kernel.map((_, axis) => axis + 2);
  const grouped = reshapeTo(b, weights, [group, outputs / group, inputs, ...kernel]);
  const swapped =
    group === 1
      ? b.op('Transpose', [weights], { perm: [1, 0, ...spatial] })
      : b.op('Transpose', [grouped], { perm: [0, 2, 1, ...spatial.map((axis) => axis + 1)] });
  return b.op('Slice', [
    reshapeTo(b, swapped, [group * inputs, outputs / group, ...kernel]),
    b.ints(kernel.map(() => -1)),
    b.ints(kernel.map((size) => -size - 1)),
    b.ints(spatial),
    b.ints(kernel.map(() => -1)),
  ]);
}
