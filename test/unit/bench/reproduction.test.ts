import { describe, expect, it } from 'vitest';
import { steps } from '../../../bench/lib/plot';
import { EXPERIMENTS } from '../../../bench/reproduction';
import { attackName, modelName, patch } from '../../../bench/reproduction/models';
import { withSection } from '../../../bench/reproduction/page';

describe('the experiments', () => {
  it('have names and step keys of their own', () => {
    const names = EXPERIMENTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { steps } of EXPERIMENTS) {
      const keys = steps.map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it('make a section of no rows at all', () => {
    for (const experiment of EXPERIMENTS) expect(experiment.section(new Map()).markdown).toBeTypeOf('string');
  });

  it('call models that differ by different names', () => {
    const plans = EXPERIMENTS.flatMap(({ steps }) => steps.flatMap(({ models }) => models));
    const byName = new Map(plans.map((plan) => [modelName(plan), JSON.stringify(plan)]));
    for (const plan of plans) expect(byName.get(modelName(plan))).toBe(JSON.stringify(plan));
  });

  it('name an attack by what it plants', () => {
    expect(attackName(patch({ pattern: 'white', size: 6 }))).toBe('white6');
    expect(attackName({ kind: 'labels', count: 3 })).toBe('labels3');
  });
});

describe('a section of the page', () => {
  const order = ['first', 'second', 'third'];
  const page = withSection(withSection('# Page\n', 'third', 'C', order), 'first', 'A', order);

  it('comes before those that follow it', () => {
    expect(page).toBe(
      '# Page\n\n<!-- first -->\n\nA\n\n<!-- end of first -->\n\n<!-- third -->\n\nC\n\n<!-- end of third -->\n',
    );
    expect(withSection(page, 'second', 'B', order)).toMatch(/end of first.*second.*B.*end of second.*third/s);
  });

  it('replaces itself and leaves all else alone, whatever it says', () => {
    expect(withSection(page, 'first', "$& $' $1", order)).toBe(page.replace('\nA\n', () => "\n$& $' $1\n"));
  });
});

describe('steps of an axis', () => {
  it('are round numbers within the range', () => {
    expect(steps(0, 100)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(steps(2, 16)).toEqual([5, 10, 15]);
    expect(steps(3, 3)).toEqual([3]);
  });
});
