/** @file What the fixtures of make_samples.py hold. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.join(import.meta.dirname, '../../../fixtures/samples');

export function fixture(name: string): string {
  return path.join(FOLDER, name);
}

export interface Golden {
  /** Images are HWC, one row each. */
  readonly parquet: { images: number[][]; labels: number[] };
  readonly numpy: { x: number[][]; y: number[] };
  readonly hdf5: { x: number[][]; y: number[] };
  readonly resize: {
    source: number[];
    width: number;
    height: number;
    targets: { width: number; height: number; bytes: number[]; floats: number[] }[];
    grey: number[];
  };
}

export const golden = JSON.parse(readFileSync(fixture('golden.json'), 'utf8')) as Golden;

/** HWC to CHW. */
export function planar(image: readonly number[], channels = 3): number[] {
  return Array.from({ length: channels }, (_, channel) => image.filter((_, i) => i % channels === channel)).flat();
}
