/** @file Train, validation and test parts of a data set: telling them apart by name, and choosing one. */
import { SamplesError } from '../support/errors';
import type { SampleSource } from './samples';

/** A part of a data set; `split` is its name. */
export interface Part {
  readonly split: string;
}

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

/** Paths grouped by the split that their names tell, in order of first appearance. */
export function groupBySplit(
  paths: readonly string[],
  nameOf: (path: string) => string,
): (Part & { readonly paths: readonly string[] })[] {
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const split = splitOf(nameOf(path));
    groups.set(split, [...(groups.get(split) ?? []), path]);
  }
  return [...groups].map(([split, members]) => ({ split, paths: members }));
}

/**
 * Opens one part: the wanted one, matched by its name or by what `splitOf` makes of it; by default the test part, since
 * the model has not seen it, then validation, then the first. `parts` must not be empty. Throws {@link SamplesError}.
 */
export async function openPart<T extends Part>(
  parts: readonly T[],
  wanted: string | undefined,
  file: string,
  open: (part: T) => Promise<SampleSource>,
): Promise<SampleSource> {
  const part = wanted === undefined ? preferred(parts) : find(parts, wanted);
  if (part === undefined) {
    throw new SamplesError('the samples have no such split', {
      file,
      expected: parts.map(({ split }) => split).join(' or '),
      got: wanted ?? 'none',
    });
  }
  const source = await open(part);
  if (parts.length === 1) return source;
  const { split } = part;
  return {
    ...source,
    description: `${source.description}, split ${split}`,
    split,
    splits: parts.map((other) => other.split),
  };
}

function find<T extends Part>(parts: readonly T[], wanted: string): T | undefined {
  return parts.find(({ split }) => split === wanted) ?? parts.find(({ split }) => splitOf(split) === splitOf(wanted));
}

function preferred<T extends Part>(parts: readonly T[]): T | undefined {
  return find(parts, 'test') ?? find(parts, 'validation') ?? parts[0];
}
