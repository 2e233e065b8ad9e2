/** @file Reads the options that describe a trigger patch. */
import { InvalidArgumentError } from 'commander';
import { PLACES, type PatchPattern, type Position } from '../engine/attack/triggers';

const PATTERNS = ['white', 'noise', 'checkerboard'] as const;

/** The name of a place, `x,y` of the upper left pixel, or `all` nine places. */
export function patchPositions(text: string): readonly Position[] {
  if (text === 'all') return PLACES;
  const place = PLACES.find((name) => name === text);
  if (place !== undefined) return [place];
  const match = /^(\d{1,5}),(\d{1,5})$/.exec(text);
  if (match === null) throw new InvalidArgumentError(`Expected ${PLACES.join(', ')}, x,y in pixels, or all.`);
  return [{ x: Number(match[1]), y: Number(match[2]) }];
}

/** The name of a pattern or `#rrggbb`. */
export function patchPattern(text: string): PatchPattern {
  const name = PATTERNS.find((pattern) => pattern === text);
  if (name !== undefined) return name;
  if (/^#[0-9a-f]{6}$/i.test(text)) return `#${text.slice(1)}`;
  throw new InvalidArgumentError(`Expected ${PATTERNS.join(', ')} or a colour such as #ffcc00.`);
}
