/** @file Pieces that the rules of many operators share. */
import { ModelFormatError } from '../../support/errors';
import { sizeOf, type TensorType } from '../../graph/tensor';
import type { NodeBuilder, Value } from '../../graph/nodeBuilder';
import { constantInts, place, required } from './attributes';
import { ONNX_TYPE } from '../elementwise/cast';
import type { GradientContext, OpContext } from '../../graph/operator';

/** Shape rule of operators whose output has the type of input 0. */
export function sameAsInput(context: OpContext): TensorType[] {
  const { dtype, dims } = required(context, 0);
  return [{ dtype, dims }];
}

/** Checks that all inputs have one element type, as ONNX demands of arithmetic. */
export function requireOneType(context: OpContext, types: readonly TensorType[]): void {
  const [first] = types;
  const other = types.find((type) => type.dtype !== first?.dtype);
  if (first === undefined || other === undefined) return;
  throw new ModelFormatError('inputs differ in element type', {
    place: place(context),
    expected: first.dtype,
    got: other.dtype,
  });
}

/** The sizes in constant input `i`: whole numbers from 0 on whose product is exact. */
export function constantDims(context: OpContext, i: number): number[] {
  required(context, i);
  const dims = constantInts(context, i) ?? [];
  if (!dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0) || !Number.isSafeInteger(sizeOf(dims))) {
    throw new ModelFormatError('a shape is impossible', {
      place: place(context),
      expected: 'sizes from 0 on',
      got: `[${dims.join(', ')}]`,
    });
  }
  return dims;
}

/** The gradient that flows into a single-output node. */
export function incoming(context: GradientContext): Value {
  const [gradient] = context.gradients;
  if (gradient === undefined) throw new RangeError(`${context.op} "${context.name}" got no gradient`);
  return gradient;
}

/** One entry per input, computed only where wanted. */
export function whereNeeded(
  context: GradientContext,
  ...rules: readonly (() => Value | undefined)[]
): (Value | undefined)[] {
  return rules.map((rule, i) => (context.needs(i) ? rule() : undefined));
}

/** A condition as 1 and 0. */
export function indicator(b: NodeBuilder, condition: Value): Value {
  return b.op('Cast', [condition], { to: ONNX_TYPE.float32 });
}
