import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { operator, operatorNames } from '../../../../src/engine/ops';
import type { OperatorCase } from '../../../support/operatorHarness';

const folder = new URL('../../../support/cases/', import.meta.url);

/** Every file of test/support/cases exports `cases`. */
async function allCases(): Promise<OperatorCase[]> {
  const modules = await Promise.all(
    readdirSync(folder).map((file) => import(new URL(file, folder).href) as Promise<{ cases: OperatorCase[] }>),
  );
  return modules.flatMap((module) => module.cases);
}

function isDifferentiated({ gradient, inputs }: OperatorCase): boolean {
  return gradient !== false && inputs.some((input) => input !== undefined && 'dims' in input && !('frozen' in input));
}

describe('every operator of the table', async () => {
  const cases = await allCases();

  it.each(operatorNames())('%s has a case, with its gradient if it has one', (name) => {
    const own = cases.filter(({ op }) => op === name);
    const { gradient } = operator(name, name);
    expect(own.filter((testCase) => gradient === 'none' || isDifferentiated(testCase))).not.toEqual([]);
  });

  it('is the subject of all cases', () => {
    const known = new Set(operatorNames());
    expect(cases.map(({ op }) => op).filter((op) => !known.has(op))).toEqual([]);
  });
});
