/**
 * @file Comparisons as 0/1 factors, made from HardSigmoid: a steep one is a step. Comparison operators would do too, but
 * ONNX Runtime computes HardSigmoid in the blocked layout of its convolutions, so nothing is reordered
 * (measured in docs/gradients.md).
 */
import type { GraphBuilder, Value } from '../graph/builder';

/** The largest power of two in float32: every normal number times it is at least 1. */
const STEEP = 2 ** 127;

/** 1 where `x` > 0, else 0. */
export function positive(b: GraphBuilder, x: Value): Value {
  return b.op('HardSigmoid', [x], { alpha: STEEP, beta: 0 });
}

/** 1 where `x` = 0, else 0; `x` must not be negative. */
export function vanishing(b: GraphBuilder, x: Value): Value {
  return b.op('HardSigmoid', [x], { alpha: -STEEP, beta: 1 });
}
