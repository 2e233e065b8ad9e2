/** @file Omniglot (Lake et al. 2015) as a task of up to 1,168 classes: 292 hand-drawn characters, each in four rotations. */
import * as path from 'node:path';
import { readSamples } from '../../src/engine/samples/readSamples';
import type { Samples } from '../../src/engine/samples/samples';
import { nodeFiles } from '../../src/runner/files/nodeFiles';
import { dataFolder } from './data';

const ARCHIVES = ['omniglot_small1.zip', 'omniglot_small2.zip'];
const ROTATIONS = 4;
const ALL = 1_000_000;
/** Drawings 1 … 16 of a character are for training, 17 … 20 for scans. */
const TRAIN_DRAWINGS = 16;

export interface Omniglot {
  readonly train: Samples;
  readonly test: Samples;
  /** At most this many classes. */
  readonly classes: number;
}

/** White ink on black, squares of `side` pixels. Class r · 292 + c is character c turned by r quarters, so the first classes are upright. */
export async function loadOmniglot(side = 28): Promise<Omniglot> {
  const shape = { channels: 1, height: side, width: side };
  const archives = await Promise.all(
    ARCHIVES.map((name) => readSamples(nodeFiles, path.join(dataFolder(), name), shape, { limit: ALL })),
  );
  const characters = archives.reduce((sum, { classNames }) => sum + (classNames?.length ?? 0), 0);
  const isTraining = (name: string): boolean => Number(/_(\d+)\.png$/.exec(name)?.[1]) <= TRAIN_DRAWINGS;
  const part = (training: boolean): Samples => {
    let firstCharacter = 0;
    const upright = archives.flatMap((archive) => {
      const first = firstCharacter;
      firstCharacter += archive.classNames?.length ?? 0;
      return archive.names.flatMap((name, i) =>
        isTraining(name) === training
          ? [{ label: first + (archive.labels?.[i] ?? 0), image: drawing(archive, i) }]
          : [],
      );
    });
    const turned = Array.from({ length: ROTATIONS }, (_, quarters) =>
      upright.map(({ label, image }) => ({
        label: quarters * characters + label,
        image: rotate(image, quarters, side),
      })),
    ).flat();
    return samples(archives[0]!, turned);
  };
  return { train: part(true), test: part(false), classes: ROTATIONS * characters };
}

/** The samples of the first `classes` classes. */
export function firstClasses(all: Samples, classes: number): Samples {
  const kept = Array.from({ length: all.count }, (_, i) => ({ label: all.labels![i]!, image: pixels(all, i) }));
  return samples(
    all,
    kept.filter(({ label }) => label < classes),
  );
}

function samples(like: Samples, drawings: readonly { label: number; image: Uint8Array }[]): Samples {
  const size = like.images.length / like.count;
  const images = new Uint8Array(drawings.length * size);
  drawings.forEach(({ image }, i) => {
    images.set(image, i * size);
  });
  return {
    ...like,
    images,
    labels: Int32Array.from(drawings, ({ label }) => label),
    names: drawings.map((_, i) => String(i)),
    count: drawings.length,
  };
}

/** The files hold black ink on white; a shifted image is filled up with 0, which has to be paper. */
function drawing(archive: Samples, index: number): Uint8Array {
  return pixels(archive, index).map((value) => 255 - value);
}

function pixels({ images, count }: Samples, index: number): Uint8Array {
  const size = images.length / count;
  return Uint8Array.from(images.subarray(index * size, (index + 1) * size));
}

/** Turned clockwise by so many quarters. */
function rotate(image: Uint8Array, quarters: number, side: number): Uint8Array {
  if (quarters === 0) return image;
  const turned = image.map((_, i) => image[(side - 1 - (i % side)) * side + Math.floor(i / side)]!);
  return rotate(turned, quarters - 1, side);
}
