/** @file Train, validation and test parts of a data set: telling them apart by name, and choosing one. */
import { SamplesError } from '../errors';

/** `test`, `validation` or `train` where the name says so, otherwise the name itself. */
export function splitOf(name: string): string {
  if (/(^|[^a-z])(test|t10k|eval)/i.test(name)) return 'test';
  if (/(^|[^a-z])val(id)?(ation)?([^a-z]|$)/i.test(name)) return 'validation';
  if (/(^|[^a-z])(train|data_batch)/i.test(name)) return 'train';
  return name;
}

export function isSplitName(name: string): boolean {
  return /^(test(ing)?|train(ing)?|val(id)?(ation)?|eval(uation)?)$/i.test(name);
}

/**
 * The part to read: the wanted one, matched by its name or by what `splitOf` makes of it; by default the test
 * part, since the model has not seen it, then validation, then the first. `choices` must not be empty.
 */
export function chooseSplit<T extends { readonly split: string }>(
  choices: readonly [T, ...T[]],
  wanted: string | undefined,
  file: string,
): T {
  if (wanted !== undefined) {
    const chosen =
      choices.find((choice) => choice.split === wanted) ??
      choices.find((choice) => splitOf(choice.split) === splitOf(wanted));
    if (chosen !== undefined) return chosen;
    throw new SamplesError('the samples have no such split', {
      file,
      expected: choices.map((choice) => choice.split).join(' or '),
      got: wanted,
    });
  }
  const byKind = (kind: string): T | undefined => choices.find((choice) => splitOf(choice.split) === kind);
  return byKind('test') ?? byKind('validation') ?? choices[0];
}
