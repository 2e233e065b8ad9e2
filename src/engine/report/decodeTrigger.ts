/** @file The arrays of a report's trigger. */
import { decodeFloats } from '../support/base64';
import type { Trigger } from './scanReport';

/** The mask, H·W values 0–1. Throws RangeError where the report's data has another size. */
export function maskOf(trigger: Trigger): Float32Array {
  return decodeFloats(trigger.mask, trigger.height * trigger.width);
}

/** The pattern, C·H·W raw pixel values 0–255. Throws RangeError where the report's data has another size. */
export function patternOf(trigger: Trigger): Float32Array {
  return decodeFloats(trigger.pattern, trigger.channels * trigger.height * trigger.width);
}
