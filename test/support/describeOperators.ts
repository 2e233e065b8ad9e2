/** @file One test per operator case. */
import { describe, it } from 'vitest';
import { checkOperator, type OperatorCase } from './operatorHarness';

/** Runs every case of one family through all checks of the harness. */
export function describeOperators(family: string, cases: readonly OperatorCase[]): void {
  describe(`${family} operators agree with TensorFlow.js and finite differences`, () => {
    it.each(cases.map((testCase) => [`${testCase.op}: ${testCase.title}`, testCase] as const))('%s', (_, testCase) =>
      checkOperator(testCase),
    );
  });
}
