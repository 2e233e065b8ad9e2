/** @file Typed access to inputs and attributes of a node; a wrong one is a named error. */
import { ModelFormatError, UnsupportedModelError } from '../../support/errors';
import { showDims, toNumbers, type Tensor, type TensorType } from '../../graph/tensor';
import type { Attributes } from '../../graph/graph';

interface Named {
  readonly op: string;
  readonly name: string;
  readonly attributes: Attributes;
}

export function place(context: { op: string; name: string }): string {
  return `${context.op} "${context.name}"`;
}

export function intAttribute(context: Named, key: string, fallback?: number): number {
  const value = context.attributes[key] ?? fallback;
  if (typeof value !== 'number') throw badAttribute(context, key, 'a number', value);
  return value;
}

export const floatAttribute = intAttribute;

export function intsAttribute(context: Named, key: string): readonly number[] | undefined;
export function intsAttribute(context: Named, key: string, fallback: readonly number[]): readonly number[];
export function intsAttribute(
  context: Named,
  key: string,
  fallback?: readonly number[],
): readonly number[] | undefined {
  const value = context.attributes[key] ?? fallback;
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'number')) {
    throw badAttribute(context, key, 'a list of numbers', value);
  }
  return value;
}

export function stringAttribute(context: Named, key: string, fallback: string): string {
  const value = context.attributes[key] ?? fallback;
  if (typeof value !== 'string') throw badAttribute(context, key, 'a string', value);
  return value;
}

/** Input `i`, which must be present. */
export function required<T>(context: { op: string; name: string; inputs: readonly (T | undefined)[] }, i: number): T {
  const input = context.inputs[i];
  if (input === undefined) {
    throw new ModelFormatError('an input is missing', {
      place: place(context),
      expected: `input ${String(i)}`,
      got: 'none',
    });
  }
  return input;
}

/** The integers of constant input `i`; `undefined` when the input is absent. */
export function constantInts(
  context: { op: string; name: string; inputs: readonly unknown[]; constant(i: number): Tensor | undefined },
  i: number,
): number[] | undefined {
  if (context.inputs[i] === undefined) return undefined;
  const tensor = context.constant(i);
  if (tensor === undefined) {
    throw new UnsupportedModelError('a shape that depends on the image content is not supported', {
      place: place(context),
      expected: `a constant as input ${String(i)}`,
      got: 'a computed value',
    });
  }
  return toNumbers(tensor);
}

/** Axis in `[0, rank)`; negative counts from the end. */
export function normalizeAxis(context: { op: string; name: string }, axis: number, rank: number): number {
  const normalized = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normalized < 0 || normalized >= rank) {
    throw new ModelFormatError('an axis is out of range', {
      place: place(context),
      expected: `an axis of a rank-${String(rank)} tensor`,
      got: String(axis),
    });
  }
  return normalized;
}

export function shapeMismatch(
  context: { op: string; name: string },
  expected: string,
  got: TensorType,
): ModelFormatError {
  return new ModelFormatError('a shape does not fit', { place: place(context), expected, got: showDims(got.dims) });
}

export function unsupported(context: { op: string; name: string }, what: string): UnsupportedModelError {
  return new UnsupportedModelError(`${what} is not supported`, { place: place(context) });
}

function badAttribute(context: Named, key: string, expected: string, got: unknown): ModelFormatError {
  return new ModelFormatError(`attribute "${key}" is wrong`, {
    place: place(context),
    expected,
    got: got === undefined ? 'nothing' : JSON.stringify(got),
  });
}
