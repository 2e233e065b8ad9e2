import { deflateSync, gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { SamplesError } from '../../../../../src/engine/support/errors';
import {
  fileBytes,
  openBytes,
  unpackedBytes,
  type ByteSource,
} from '../../../../../src/engine/samples/arrays/byteSource';
import { memoryFiles } from '../../../../support/memoryFiles';

/** Hard to compress, larger than one decoding step. */
const CONTENT = Uint8Array.from({ length: 300_000 }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 0xff);

function packed(bytes: Uint8Array): ByteSource {
  return fileBytes(memoryFiles({ x: bytes }), 'x', 0, bytes.length, 'x');
}

describe('openBytes', () => {
  it('reads plain and gzip files alike, in any order', async () => {
    const files = memoryFiles({ plain: CONTENT, packed: gzipSync(CONTENT) });
    for (const path of ['plain', 'packed']) {
      const bytes = await openBytes(files, path);
      expect(bytes.size).toBe(CONTENT.length);
      for (const [offset, length] of [
        [0, 10],
        [5, 100_000],
        [200_000, 100_000],
        [40_000, 3],
        [299_999, 1],
        [7, 0],
      ] as const) {
        expect(await bytes.read(offset, length)).toEqual(CONTENT.slice(offset, offset + length));
      }
      await expect(bytes.read(299_999, 2)).rejects.toThrow(SamplesError);
    }
  });

  it('names a missing file', async () => {
    await expect(openBytes(memoryFiles({ x: '' }), 'y')).rejects.toThrow('y: the file does not exist.');
  });

  it('refuses an impossible size before allocating', async () => {
    const lying = gzipSync(new Uint8Array(100));
    lying.set([255, 255, 255, 255], lying.length - 4);
    await expect(openBytes(memoryFiles({ x: lying }), 'x')).rejects.toThrow('claims an impossible size');
  });
});

describe('unpackedBytes', () => {
  it('notices content that is shorter or longer than claimed', async () => {
    const deflated = deflateSync(CONTENT);
    await expect(unpackedBytes(packed(deflated), 300_001, 'deflate').read(0, 300_001)).rejects.toThrow('ends early');
    await expect(unpackedBytes(packed(deflated), 299_999, 'deflate').read(0, 299_999)).rejects.toThrow(
      'holds more than it claims',
    );
  });

  it('stops a bomb at the claimed size', async () => {
    const bomb = deflateSync(new Uint8Array(1 << 26));
    await expect(unpackedBytes(packed(bomb), 1000, 'deflate').read(0, 1000)).rejects.toThrow('holds more');
  });

  it('reports damage', async () => {
    const damaged = deflateSync(CONTENT);
    damaged.fill(0xff, 100, 200);
    await expect(unpackedBytes(packed(damaged), CONTENT.length, 'deflate').read(0, CONTENT.length)).rejects.toThrow(
      SamplesError,
    );
  });
});
