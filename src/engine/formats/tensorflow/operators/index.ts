/** @file The table of TensorFlow's operators. */
import type { OperatorConverter } from '../nodeConverter';
import { activations } from './activation';
import { comparisons } from './comparison';
import { convolutions } from './convolution';
import { sums } from './einsum';
import { elementwise } from './elementwise';
import { linear } from './linear';
import { movement } from './movement';

const families = [convolutions, activations, elementwise, comparisons, linear, sums, movement];

export const OPERATORS: ReadonlyMap<string, OperatorConverter> = new Map(
  families.flatMap((family) => Object.entries<OperatorConverter>(family)),
);
