import { gzipSync, zipSync } from 'fflate';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { SamplesError } from '../../../../src/engine/support/errors';
import { Random } from '../../../../src/engine/support/random';
import { readSamples } from '../../../../src/engine/samples/readSamples';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { memoryFiles } from '../../../support/memoryFiles';
import { bmp, idx, npy, numbered, ppm } from './bytes';
import { fixture } from './golden';

const ROUNDS = 200;

/** Of all rounds of a file, on a machine that is busy with other things. */
const TIMEOUT = 300_000;

const FILES = ['keras.npz', 'fortran.npz', 'pairs.h5', 'groups.h5', 'test-00000-of-00002.parquet'];

describe('damaged files', () => {
  const contents = new Map<string, Uint8Array>();

  beforeAll(async () => {
    const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    for (const name of FILES) contents.set(name, await nodeFiles.read(fixture(name)));
    contents.set('idx', idx(8, [40, 8, 8], numbered(40, 64)));
    contents.set('idx.gz', gzipSync(idx(8, [40, 8, 8], numbered(40, 64))));
    contents.set('npy', npy('<f4', [4, 4, 4], new Uint8Array(256)));
    contents.set(
      'zip',
      zipSync({ 'a/1.png': png, 'a/2.ppm': ppm(8, 8, [1, 2, 3]), 'b/3.bmp': bmp(1, 1, 24, [1, 2, 3, 0]) }),
    );
    contents.set('png', png);
  });

  it.each([...FILES, 'idx', 'idx.gz', 'npy', 'zip', 'png'])(
    '%s: are read or refused, never more',
    async (name) => {
      const random = new Random(1);
      for (let round = 0; round < ROUNDS; round++) {
        const bytes = damage(contents.get(name)!, random);
        const reading = readSamples(memoryFiles({ [name]: bytes }), name, { channels: 3, height: 8, width: 8 });
        const error = await reading.then(
          () => undefined,
          (cause: unknown) => cause,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(SamplesError);
      }
    },
    TIMEOUT,
  );
});

/** A few bytes changed, sometimes a field filled with ones, sometimes the end cut off. */
function damage(content: Uint8Array, random: Random): Uint8Array {
  const bytes = new Uint8Array(content);
  for (let changes = 1 + random.integer(4); changes > 0; changes--) {
    const at = random.integer(bytes.length);
    const value = [0, 255, random.integer(256)][random.integer(3)]!;
    bytes.fill(value, at, at + (random.integer(4) === 0 ? 4 : 1));
  }
  return random.integer(8) === 0 ? bytes.slice(0, random.integer(bytes.length)) : bytes;
}
