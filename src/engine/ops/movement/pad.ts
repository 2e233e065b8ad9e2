/** @file Pad: adds or removes elements at both ends of each axis (modes constant, edge, reflect). */
import type { NodeBuilder, Value } from '../../graph/nodeBuilder';
import { ModelFormatError } from '../../support/errors';
import { showDims, sizeOf, type TensorType } from '../../graph/tensor';
import {
  constantInts,
  normalizeAxis,
  place,
  required,
  shapeMismatch,
  stringAttribute,
  unsupported,
} from '../shared/attributes';
import type { KernelContext, OpContext, OpDefinition, OpFamily, TfTensor } from '../../graph/operator';
import { incoming, whereNeeded } from '../shared/rules';

/** Elements added at both ends of one axis; negative: removed. */
interface Padding {
  readonly before: number;
  readonly after: number;
}

type Mode = 'constant' | 'edge' | 'reflect';

type PadContext = Pick<OpContext, 'op' | 'name' | 'attributes' | 'constant'> & { readonly inputs: readonly unknown[] };

function modeOf(context: PadContext): Mode {
  const mode = stringAttribute(context, 'mode', 'constant');
  if (mode !== 'constant' && mode !== 'edge' && mode !== 'reflect')
    throw unsupported(context, `padding mode "${mode}"`);
  return mode;
}

/** One padding per axis of the input. */
function paddingOf(context: PadContext, rank: number): Padding[] {
  required(context, 1);
  const pads = constantInts(context, 1) ?? [];
  const axes = (constantInts(context, 3) ?? Array.from({ length: rank }, (_, axis) => axis)).map((axis) =>
    normalizeAxis(context, axis, rank),
  );
  if (pads.length !== 2 * axes.length || !pads.every(Number.isSafeInteger) || new Set(axes).size !== axes.length) {
    throw new ModelFormatError('the padding does not fit', {
      place: place(context),
      expected: `two pads for each of axes ${showDims(axes)}`,
      got: showDims(pads),
    });
  }
  return Array.from({ length: rank }, (_, axis) => {
    const i = axes.indexOf(axis);
    return { before: pads[i] ?? 0, after: pads[i + axes.length] ?? 0 };
  }).map((padding, axis) => (axes.includes(axis) ? padding : { before: 0, after: 0 }));
}

function infer(context: OpContext): TensorType[] {
  const input = required(context, 0);
  const mode = modeOf(context);
  const paddings = paddingOf(context, input.dims.length);
  const dims = input.dims.map((dim, axis) => {
    const { before, after } = paddings[axis] ?? { before: 0, after: 0 };
    const core = dim + Math.min(before, 0) + Math.min(after, 0);
    // Reflection does not repeat the border, edge repeats it; neither can make something out of nothing.
    const reach = mode === 'constant' ? Infinity : mode === 'edge' && core > 0 ? Infinity : Math.max(core - 1, 0);
    if (core < 0 || before > reach || after > reach) {
      throw shapeMismatch(
        context,
        `room for ${mode} padding [${String(before)}, ${String(after)}] of axis ${String(axis)}`,
        input,
      );
    }
    return dim + before + after;
  });
  if (!Number.isSafeInteger(sizeOf(dims))) throw unsupported(context, `padding to ${showDims(dims)}`);
  return [{ dtype: input.dtype, dims }];
}

function crop(b: NodeBuilder, value: Value, axis: number, start: number, end: number, step = 1): Value {
  // A walk backwards to the first element has no valid end but a very negative one.
  const stop = step < 0 && end < 0 ? Number.MIN_SAFE_INTEGER : end;
  return b.op('Slice', [value, b.ints([start]), b.ints([stop]), b.ints([axis]), b.ints([step])]);
}

function padAxis(b: NodeBuilder, value: Value, axis: number, before: number, after: number): Value {
  const pads = [before, after].flatMap((pad) => value.dims.map((_, i) => (i === axis ? pad : 0)));
  return b.op('Pad', [value, b.ints(pads)]);
}

/** Adds what reflect or edge padding copied to the border of one axis back to where it was copied from. */
function foldBorder(b: NodeBuilder, dy: Value, axis: number, { before, after }: Padding, mode: Mode): Value {
  const [left, right] = [Math.max(before, 0), Math.max(after, 0)];
  const length = (dy.dims[axis] ?? 0) - left - right;
  const border = (start: number, size: number): Value =>
    mode === 'edge'
      ? b.op('ReduceSum', [crop(b, dy, axis, start, start + size), b.ints([axis])], { keepdims: 1 })
      : crop(b, dy, axis, start + size - 1, start - 1, -1);
  let sum = left + right === 0 ? dy : crop(b, dy, axis, left, left + length);
  if (left > 0) {
    const at = mode === 'edge' ? 0 : 1;
    const size = mode === 'edge' ? 1 : left;
    sum = b.op('Add', [sum, padAxis(b, border(0, left), axis, at, length - at - size)]);
  }
  if (right > 0) {
    const at = mode === 'edge' ? 0 : 1;
    const size = mode === 'edge' ? 1 : right;
    sum = b.op('Add', [sum, padAxis(b, border(left + length, right), axis, length - at - size, at)]);
  }
  return sum;
}

/** For each element along an axis of the output, the position it is copied from. */
function sources(dim: number, { before, after }: Padding, mode: Mode): number[] {
  const [low, high] = [Math.max(-before, 0), dim - 1 - Math.max(-after, 0)];
  return Array.from({ length: dim + before + after }, (_, i) => {
    const position = i - before;
    if (mode === 'edge') return Math.min(Math.max(position, low), high);
    return position < low ? 2 * low - position : position > high ? 2 * high - position : position;
  });
}

function constantPad({ tf }: KernelContext, x: TfTensor, paddings: readonly Padding[], value: number): TfTensor {
  const begin = paddings.map(({ before }) => Math.max(-before, 0));
  const size = x.shape.map((dim, axis) => dim - (begin[axis] ?? 0) - Math.max(-(paddings[axis]?.after ?? 0), 0));
  const added = paddings.map(({ before, after }): [number, number] => [Math.max(before, 0), Math.max(after, 0)]);
  return tf.pad(tf.slice(x, begin, size), added, value);
}

const pad: OpDefinition = {
  infer,
  gradient: (context) => {
    const { b } = context;
    const dy = incoming(context);
    const mode = modeOf(context);
    const paddings = paddingOf(context, dy.dims.length);
    return whereNeeded(
      context,
      () => {
        const folded =
          mode === 'constant'
            ? dy
            : paddings.reduce((sum, padding, axis) => foldBorder(b, sum, axis, padding, mode), dy);
        // Removed elements get zeros; added ones are cut off, in the other modes they already are.
        const undo = (pad: number): number => (mode === 'constant' ? -pad : Math.max(-pad, 0));
        const pads = [...paddings.map(({ before }) => undo(before)), ...paddings.map(({ after }) => undo(after))];
        return pads.every((pad) => pad === 0) ? folded : b.op('Pad', [folded, b.ints(pads)]);
      },
      () => undefined,
      () => {
        throw unsupported(context, 'the gradient of a padding value');
      },
    );
  },
  kernel: (context) => {
    const x = required(context, 0);
    const mode = modeOf(context);
    const paddings = paddingOf(context, x.rank);
    if (mode === 'constant') {
      const value = constantInts(context, 2)?.[0] ?? 0;
      return [constantPad(context, x, paddings, value)];
    }
    const { tf } = context;
    return [
      paddings.reduce(
        (sum, padding, axis) =>
          tf.gather(sum, tf.tensor1d(sources(sum.shape[axis] ?? 0, padding, mode), 'int32'), axis),
        x,
      ),
    ];
  },
};

export const padding = { Pad: pad } satisfies OpFamily;
