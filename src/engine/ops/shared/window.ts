/** @file Sliding windows of convolutions and pools: where each window lies and how many there are. */
import { ModelFormatError } from '../../support/errors';
import { showDims, sizeOf, type TensorType } from '../../graph/tensor';
import { intsAttribute, place, shapeMismatch, stringAttribute, unsupported } from './attributes';
import type { OpContext } from '../../graph/operator';

export type WindowContext = Pick<OpContext, 'op' | 'name' | 'attributes'>;

/** One entry per spatial axis. Window `o` reads the elements `o·stride + i·dilation − begin`, `i` from 0 to `kernel − 1`. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Elements assumed before the first one. */
  readonly begin: readonly number[];
  /** Elements assumed after the last one. */
  readonly end: readonly number[];
  /** Number of windows. */
  readonly output: readonly number[];
}

/** Sizes of the axes after batch and channels; throws for tensors that are neither sequences nor images. */
export function spatialDims(context: WindowContext, type: TensorType): readonly number[] {
  if (type.dims.length < 3) throw shapeMismatch(context, 'batch, channels and at least one spatial axis', type);
  if (type.dims.length > 4) throw unsupported(context, `${context.op} over ${String(type.dims.length - 2)} axes`);
  return type.dims.slice(2);
}

/** Elements from the first to the last one that a window touches. */
export function extentOf({ kernel, dilations }: Pick<Window, 'kernel' | 'dilations'>): number[] {
  return kernel.map((k, axis) => (dilations[axis] ?? 1) * (k - 1) + 1);
}

/** The windows of a node with attributes `strides`, `dilations`, `pads`, `auto_pad` over an input of the given size. */
export function windowOf(
  context: WindowContext,
  input: readonly number[],
  kernel: readonly number[],
  roundUp = false,
): Window {
  const shape = { kernel, ...steps(context, input.length) };
  const extent = extentOf(shape);
  const autoPad = stringAttribute(context, 'auto_pad', 'NOTSET');
  const pads = padsOf(
    context,
    autoPad,
    input,
    extent,
    shape.strides,
    shape.dilations.some((dilation) => dilation > 1),
  );
  const output = input.map((size, axis) => {
    const [before = 0, after = 0, stride = 1] = [pads.begin[axis], pads.end[axis], shape.strides[axis]];
    const span = (size + before + after - (extent[axis] ?? 1)) / stride;
    const count = (roundUp ? Math.ceil(span) : Math.floor(span)) + 1;
    // A window that would start behind the last element and its leading padding is left out.
    return roundUp && (count - 1) * stride >= size + before ? count - 1 : count;
  });
  if (!kernel.every(isCount) || !output.every(isCount)) {
    throw new ModelFormatError('the window does not fit the input', {
      place: place(context),
      expected: `an input of at least ${showDims(extent.map((size, i) => size - (pads.begin[i] ?? 0) - (pads.end[i] ?? 0)))}`,
      got: showDims(input),
    });
  }
  return { ...shape, ...pads, output };
}

/** Attributes `strides` and `dilations`, one positive number per axis. */
export function steps(context: WindowContext, rank: number): Pick<Window, 'strides' | 'dilations'> {
  const [strides, dilations] = ['strides', 'dilations'].map((key) => {
    const values = intsAttribute(context, key, new Array<number>(rank).fill(1));
    if (values.length === rank && values.every(isCount)) return values;
    throw badWindow(context, key, `${String(rank)} numbers from 1 on`, values);
  });
  return { strides: strides ?? [], dilations: dilations ?? [] };
}

/** Attribute `pads`: first those before, then those after. */
export function explicitPads(context: WindowContext, rank: number): Pick<Window, 'begin' | 'end'> {
  const pads = intsAttribute(context, 'pads', new Array<number>(2 * rank).fill(0));
  if (pads.length !== 2 * rank || !pads.every((pad) => Number.isSafeInteger(pad) && pad >= 0)) {
    throw badWindow(context, 'pads', `${String(2 * rank)} numbers from 0 on`, pads);
  }
  return { begin: pads.slice(0, rank), end: pads.slice(rank) };
}

/** Attribute `kernel_shape` where the operator has no weights that tell; otherwise it must agree with them. */
export function kernelShape(context: WindowContext, rank: number, weights?: readonly number[]): readonly number[] {
  const kernel = intsAttribute(context, 'kernel_shape', weights ?? []);
  const fits =
    kernel.length === rank &&
    kernel.every((size, axis) => isCount(size) && (weights === undefined || size === weights[axis]));
  if (fits) return kernel;
  const expected = weights === undefined ? `${String(rank)} numbers from 1 on` : showDims(weights);
  throw badWindow(context, 'kernel_shape', expected, kernel);
}

/** The attributes that make a Conv, ConvTranspose or pool slide in the same way. */
export function windowAttributes(window: Window): Record<string, readonly number[]> {
  return {
    kernel_shape: window.kernel,
    strides: window.strides,
    dilations: window.dilations,
    pads: [...window.begin, ...window.end],
  };
}

/** Number of elements of a window. */
export function windowSize(window: Window): number {
  return sizeOf(window.kernel);
}

/** Position of each element of a window relative to its first one, row-major. */
export function elementOffsets({ kernel, dilations }: Window): number[][] {
  return kernel.reduce<number[][]>(
    (found, size, axis) =>
      found.flatMap((offset) => Array.from({ length: size }, (_, i) => [...offset, i * (dilations[axis] ?? 1)])),
    [[]],
  );
}

/** The products of one factor per axis, row-major. */
export function outerProduct(factors: readonly (readonly number[])[]): number[] {
  return factors.reduce<number[]>((product, axis) => product.flatMap((a) => axis.map((c) => a * c)), [1]);
}

/** The same windows, with exactly as much padding at the end as they reach over, and what they leave unread there. */
export function exactEnd(window: Window, input: readonly number[]): { window: Window; unread: number[] } {
  const extent = extentOf(window);
  const reach = window.output.map((count, axis) => {
    const last = (count - 1) * (window.strides[axis] ?? 1) + (extent[axis] ?? 1);
    return last - (input[axis] ?? 0) - (window.begin[axis] ?? 0);
  });
  return {
    window: { ...window, end: reach.map((over) => Math.max(over, 0)) },
    unread: reach.map((over) => Math.max(-over, 0)),
  };
}

function padsOf(
  context: WindowContext,
  autoPad: string,
  input: readonly number[],
  extent: readonly number[],
  strides: readonly number[],
  dilated: boolean,
): Pick<Window, 'begin' | 'end'> {
  switch (autoPad) {
    case 'NOTSET':
      return explicitPads(context, input.length);
    case 'VALID':
      return { begin: input.map(() => 0), end: input.map(() => 0) };
    case 'SAME_UPPER':
    case 'SAME_LOWER': {
      // ONNX Runtime refuses it.
      if (dilated) throw unsupported(context, `auto_pad "${autoPad}" with dilation`);
      const total = input.map((size, axis) => {
        const stride = strides[axis] ?? 1;
        return Math.max((Math.ceil(size / stride) - 1) * stride + (extent[axis] ?? 1) - size, 0);
      });
      const less = total.map((pad) => Math.floor(pad / 2));
      const more = total.map((pad) => Math.ceil(pad / 2));
      return autoPad === 'SAME_UPPER' ? { begin: less, end: more } : { begin: more, end: less };
    }
    default:
      throw unsupported(context, `auto_pad "${autoPad}"`);
  }
}

/** For operators that must not have `pads` beside `auto_pad`. */
export function refusePadsBesideAuto(context: WindowContext): void {
  const [pads, autoPad] = [intsAttribute(context, 'pads'), stringAttribute(context, 'auto_pad', 'NOTSET')];
  if (pads !== undefined && autoPad !== 'NOTSET') {
    throw badWindow(context, 'pads', `none beside auto_pad "${autoPad}"`, pads);
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function badWindow(context: WindowContext, key: string, expected: string, got: readonly number[]): ModelFormatError {
  return new ModelFormatError(`attribute "${key}" is wrong`, { place: place(context), expected, got: showDims(got) });
}
