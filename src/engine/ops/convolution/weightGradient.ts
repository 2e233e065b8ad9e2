/** @file The gradient of a convolution with respect to its weights `[Cout, Cin/group, …kernel]` (measured in docs/gradients.md). */
import type { NodeBuilder, Value } from '../../graph/nodeBuilder';
import { sizeOf } from '../../graph/tensor';
import { reshapeTo } from '../shared/broadcast';
import { cropped, FEW_CHANNELS, type Convolution } from './convGradient';
import { elementOffsets, exactEnd, windowSize, type Window } from '../shared/window';

/** 2 MiB, what a processor core's cache holds; and how many strips are too many nodes. */
const STRIP_ELEMENTS = 2 ** 19;
const MAX_STRIPS = 8;

/** ∂loss/∂weights of a convolution over `x` from `dy`. */
export function weightGradient(b: NodeBuilder, x: Value, dy: Value, { window, group, size }: Convolution): Value {
  const exact = exactEnd(window, size).window;
  const [channels = 1, outputs = 1] = [x.dims[1], dy.dims[1]];
  const padded = padSpatially(b, x, exact.begin, exact.end);
  const few = group === 1 && channels <= FEW_CHANNELS;
  const flat = few ? perImage(b, padded, dy, exact) : convolvedImages(b, padded, dy, exact, group);
  return reshapeTo(b, flat, [outputs, channels / group, ...window.kernel]);
}

/** One matrix product per image, of all shifted copies of `x` with `dy`. Returns `[Cout, Cin·k]`. */
function perImage(b: NodeBuilder, x: Value, dy: Value, window: Window): Value {
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

/** For each kernel element, row-major: the elements of `x` that it meets. */
function shiftedCopies(b: NodeBuilder, x: Value, window: Window): Value[] {
  const axes = b.ints(window.kernel.map((_, axis) => axis + 2));
  const strides = b.ints(window.strides);
  return elementOffsets(window).map((offset) => {
    const ends = offset.map(
      (start, axis) => start + ((window.output[axis] ?? 1) - 1) * (window.strides[axis] ?? 1) + 1,
    );
    return b.op('Slice', [x, b.ints(offset), b.ints(ends), axes, strides]);
  });
}

/**
 * A convolution whose kernel is `dy`: images and channels change places, strides and dilations too. A kernel too large
 * for the cache is cut into strips of rows, whose results are added. Returns `[Cout, Cin/group, …kernel]`.
 */
function convolvedImages(b: NodeBuilder, x: Value, dy: Value, window: Window, group: number): Value {
  const [rows = 1] = window.output;
  const strips = Math.min(rows, MAX_STRIPS, Math.ceil(sizeOf(dy.dims) / STRIP_ELEMENTS));
  const images = imagesAsChannels(b, x, group);
  const height = Math.ceil(rows / strips);
  const sums = Array.from({ length: Math.ceil(rows / height) }, (_, i) => {
    const from = i * height;
    const to = Math.min(from + height, rows);
    return convolvedStrip(b, images, dy, window, group, from, to);
  });
  const sum = sums.reduce((left, right) => b.op('Add', [left, right]));
  return b.op('Transpose', [sum], { perm: [1, 0, ...spatialAxes(dy)] });
}

/** The part of it that rows `from` to `to` of `dy` give: `[Cin/group, Cout, …kernel]`. */
function convolvedStrip(
  b: NodeBuilder,
  images: Value,
  dy: Value,
  window: Window,
  group: number,
  from: number,
  to: number,
): Value {
  const [stride = 1, dilation = 1, size = 1] = [window.strides[0], window.dilations[0], window.kernel[0]];
  const strip = rowsOf(b, dy, from, to);
  const read = rowsOf(b, images, from * stride, (to - 1) * stride + (size - 1) * dilation + 1);
  const sums = b.op('Conv', [read, b.op('Transpose', [strip], { perm: [1, 0, ...spatialAxes(dy)] })], {
    kernel_shape: strip.dims.slice(2),
    strides: window.dilations,
    dilations: window.strides,
    group,
  });
  // What the strides left unread gives outputs beyond the kernel.
  const excess = window.kernel.map((length, axis) => length - (sums.dims[axis + 2] ?? 0));
  return cropped(
    b,
    sums,
    window.kernel.map(() => 0),
    excess,
  );
}

/** Rows `from` to `to`, of all where that is all. */
function rowsOf(b: NodeBuilder, x: Value, from: number, to: number): Value {
  return from === 0 && to === x.dims[2] ? x : b.op('Slice', [x, b.ints([from]), b.ints([to]), b.ints([2])]);
}

/** `[N, group·C, …]` to `[C, group·N, …]`. */
function imagesAsChannels(b: NodeBuilder, x: Value, group: number): Value {
  const [batch = 1, channels = 1, ...size] = x.dims;
  if (group === 1) return b.op('Transpose', [x], { perm: [1, 0, ...spatialAxes(x)] });
  const grouped = reshapeTo(b, x, [batch, group, channels / group, ...size]);
  const swapped = b.op('Transpose', [grouped], { perm: [2, 1, 0, ...spatialAxes(x).map((axis) => axis + 1)] });
  return reshapeTo(b, swapped, [channels / group, group * batch, ...size]);
}

function spatialAxes(x: Value): number[] {
  return x.dims.slice(2).map((_, axis) => axis + 2);
}

/** `x` with zeros around its spatial axes. */
function padSpatially(b: NodeBuilder, x: Value, begin: readonly number[], end: readonly number[]): Value {
  if ([...begin, ...end].every((pad) => pad === 0)) return x;
  return b.op('Pad', [x, b.ints([0, 0, ...begin, 0, 0, ...end])]);
}
