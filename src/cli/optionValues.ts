/** @file Reads the values of options; what does not fit is commander's InvalidArgumentError. */
import { InvalidArgumentError } from 'commander';

/** Whole numbers from `least` to `most`. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

/** More than 0 and at most 1. */
export function share(text: string): number {
  const value = /^[\d.]+(e-?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a number above 0 and at most 1.');
}

/** `HxW` in pixels, such as `224x224`. */
export function imageSize(text: string): [height: number, width: number] {
  const match = /^(\d{1,5})x(\d{1,5})$/i.exec(text);
  const [height, width] = [Number(match?.[1]), Number(match?.[2])];
  if (height >= 1 && width >= 1) return [height, width];
  throw new InvalidArgumentError('Expected height x width in pixels, such as 224x224.');
}

const MAX_LABELS = 100_000;

/** `0,3,5-9`: ascending, without repetitions. */
export function labelList(text: string): number[] {
  const labels = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part.trim());
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? match?.[1]);
    if (match === null || last < first || last >= MAX_LABELS) {
      throw new InvalidArgumentError('Expected label numbers and ranges, such as 0,3,5-9.');
    }
    for (let label = first; label <= last; label++) labels.add(label);
  }
  return [...labels].sort((a, b) => a - b);
}
