/** @file Checks that a node is refused while the graph is built, by an error that names it. */
import { expect } from 'vitest';
import { ModelFormatError, UnsupportedModelError } from '../../src/engine/support/errors';
import { newGraph } from '../../src/engine/ops/newGraph';
import type { Attributes } from '../../src/engine/graph/graph';
import type { Tensor } from '../../src/engine/graph/tensor';

/** Shapes of float inputs, or constants. */
export type RefusedInput = readonly number[] | { readonly constant: Tensor } | undefined;

/** What is wrong with the node, its inputs and attributes, and a piece of the message. */
export type Refused = readonly [
  op: string,
  what: string,
  inputs: readonly RefusedInput[],
  attributes: Attributes,
  message: string,
];

function build(op: string, inputs: readonly RefusedInput[], attributes: Attributes): void {
  const b = newGraph();
  const values = inputs.map((input, i) => {
    if (input === undefined) return undefined;
    return 'constant' in input ? b.constant(input.constant) : b.input(`x${i}`, input);
  });
  b.op(op, values, attributes, { name: 'layer' });
}

/** The file is wrong. */
export function expectMalformed([op, , inputs, attributes, message]: Refused): void {
  expect(() => {
    build(op, inputs, attributes);
  }).toThrow(ModelFormatError);
  expectNamed(op, inputs, attributes, message);
}

/** The file may be right, but we cannot run it. */
export function expectUnsupported([op, , inputs, attributes, message]: Refused): void {
  expect(() => {
    build(op, inputs, attributes);
  }).toThrow(UnsupportedModelError);
  expectNamed(op, inputs, attributes, message);
}

function expectNamed(op: string, inputs: readonly RefusedInput[], attributes: Attributes, message: string): void {
  expect(() => {
    build(op, inputs, attributes);
  }).toThrow(`${op} "layer": ${message}`);
}
