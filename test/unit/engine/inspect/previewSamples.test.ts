import * as path from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { CancelledError, SamplesError } from '../../../../src/engine/support/errors';
import { previewSamples, type PreviewRequest } from '../../../../src/engine/inspect/previewSamples';
import type { Runtime } from '../../../../src/engine/runtime/runtime';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { openRuntime } from '../../../../src/runner/runtimes/runtimes';
import { sha256 } from '../../../../src/runner/files/sha256';
import { writeImageFolder } from '../../../support/imageFolder';
import { ROOT } from '../../../support/project';
import { temporaryFolder } from '../../../support/temporaryFolder';

const model = path.join(ROOT, 'media/sample/clean.onnx');
const data = path.join(ROOT, 'media/sample/images');

let runtime: Runtime;
beforeAll(async () => {
  runtime = await openRuntime({ threads: 1 });
});

function request(change: Partial<PreviewRequest> = {}): PreviewRequest {
  return { files: nodeFiles, runtime, sha256, model, data, count: 20, ...change };
}

describe('previewSamples', () => {
  it('shows every class alike, as decoded, with labels and predictions', async () => {
    const preview = await previewSamples(request());
    expect(preview).toMatchObject({ count: 400, available: 400, splits: [], chosen: 'raw' });
    expect(preview.doubt).toBeUndefined();
    expect(preview.cleanAccuracy).toBeGreaterThan(0.95);
    expect(preview.candidates[0]).toMatchObject({ id: 'raw' });
    expect(preview.candidates.length).toBeGreaterThan(5);
    const perLabel = Array.from({ length: 10 }, (_, k) => preview.images.filter(({ label }) => label === k).length);
    expect(perLabel).toEqual(new Array(10).fill(2));
    expect(preview.images.filter(({ label, predicted }) => label === predicted).length).toBeGreaterThan(17);
    const [first] = preview.images;
    const decode = (bytes: Buffer | string) => sharp(bytes).greyscale().raw().toBuffer();
    const shown = await decode(Buffer.from(first!.image.replace('data:image/png;base64,', ''), 'base64'));
    expect(shown).toEqual(await decode(path.join(data, first!.name)));
  });

  it('says what speaks against samples of another model', async () => {
    const folder = await temporaryFolder();
    await writeImageFolder(folder, { classes: 10, perClass: 4, width: 28, height: 28 });
    const preview = await previewSamples(request({ data: folder, count: 100 }));
    expect(preview.doubt).toMatch(/hardly better than guessing/);
    expect(preview.images).toHaveLength(40);
    expect(preview.notes.join(' ')).toMatch(/grey/i);
  });

  it('judges the preprocessing that was named only', async () => {
    const preview = await previewSamples(request({ preprocessing: 'inverted', count: 1 }));
    expect(preview.candidates.map(({ id }) => id)).toEqual(['inverted']);
    expect(preview.chosen).toBe('inverted');
  });

  it('rejects what cannot be shown, and can be cancelled', async () => {
    await expect(previewSamples(request(), { aborted: true })).rejects.toThrow(CancelledError);
    await expect(previewSamples(request({ data: path.join(data, 'nothing') }))).rejects.toThrow(SamplesError);
  });
});
