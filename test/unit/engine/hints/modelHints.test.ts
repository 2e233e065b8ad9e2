import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readModel } from '../../../../src/engine/formats';
import type { ModelFile } from '../../../../src/engine/formats/format';
import { readHints } from '../../../../src/engine/hints/modelHints';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../src/engine/runtime/runtime';
import { prepareScan, type PreparedScan, type PrepareRequest } from '../../../../src/engine/scan/prepareScan';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { sha256 } from '../../../../src/runner/files/sha256';
import { memoryFiles } from '../../../support/memoryFiles';
import { modelFile } from '../../../support/onnxFile';
import { ROOT } from '../../../support/project';
import { temporaryFolder } from '../../../support/temporaryFolder';

const SHAPE = { classes: 2, channels: 3 };
const MODEL = { path: 'm/net.onnx' } as ModelFile;

describe('readHints', () => {
  const hints = (entries: Readonly<Record<string, string>>, model = MODEL) =>
    readHints(memoryFiles(entries), model, SHAPE);

  it('reads what lies beside the model', async () => {
    const entries = {
      'm/config.json': '{"id2label":{"0":"cat","1":"dog"}}',
      'm/preprocessor_config.json': '{"image_mean":0.5,"image_std":0.5}',
    };
    expect(await hints(entries)).toMatchObject({
      classNames: ['cat', 'dog'],
      preprocessing: { id: 'signed' },
      notes: ['The class names are those in config.json.'],
    });
  });

  it('takes the first file with as many names as classes', async () => {
    const found = await hints({ 'm/metadata.json': '{"labels":["a","b","c"]}', 'm/labels.txt': '0 cat\n1 dog\n' });
    expect(found).toEqual({ classNames: ['cat', 'dog'], notes: ['The class names are those in labels.txt.'] });
  });

  it('says which names do not fit, and is silent about files of another kind', async () => {
    const found = await hints({ 'm/labels.txt': 'a\nb\nc', 'm/config.json': '{', 'm/metadata.json': '{"x":1}' });
    expect(found).toEqual({
      notes: ['There are 3 class names in labels.txt, the model has 2 classes; they were left out.'],
    });
    expect(await hints({ 'labels.txt': 'cat\ndog' })).toEqual({ notes: [] });
  });

  it('believes the model file first', async () => {
    const bytes = modelFile({
      opset: 17,
      nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
      inputs: [{ name: 'x', dims: [1, 2], type: 'float32' }],
      outputs: [{ name: 'y' }],
      metadata: { names: `{0: 'stop', 1: 'go'}`, notes: 'x'.repeat(2 << 20) },
    });
    const files = memoryFiles({ 'm/net.onnx': bytes, 'm/labels.txt': 'cat\ndog' });
    const model = await readModel(files, 'm/net.onnx');
    expect(await readHints(files, model, SHAPE)).toEqual({
      classNames: ['stop', 'go'],
      notes: ['The class names are those in the metadata of net.onnx.'],
    });
  });
});

describe('a scan of a model with names beside it', () => {
  const NAMES = ['zero', 'One', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'Number Nine'];
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
  });

  async function prepared(beside: Readonly<Record<string, string>>, folders: readonly string[]): Promise<PreparedScan> {
    const folder = await temporaryFolder();
    const sample = path.join(ROOT, 'media', 'sample');
    await fs.copyFile(path.join(sample, 'infected.onnx'), path.join(folder, 'model.onnx'));
    for (const [label, name] of folders.entries()) {
      await fs.cp(path.join(sample, 'images', String(label)), path.join(folder, 'images', name), { recursive: true });
    }
    for (const [name, text] of Object.entries(beside)) await fs.writeFile(path.join(folder, name), text);
    const request: PrepareRequest = {
      ...{ files: nodeFiles, runtime, sha256 },
      ...{ model: path.join(folder, 'model.onnx'), data: path.join(folder, 'images'), limit: 100 },
    };
    return prepareScan(request);
  }

  it('numbers the folders of the samples as the model does, spelled as people do', async () => {
    const folders = NAMES.map((name) => name.toLowerCase().replace(' ', '_'));
    const { classNames, cleanAccuracy, doubt, findings } = await prepared({ 'labels.txt': NAMES.join('\n') }, folders);
    expect(classNames).toEqual(NAMES);
    expect(cleanAccuracy).toBeGreaterThan(0.9);
    expect(doubt).toBeUndefined();
    expect(findings.map(({ message }) => message)).toContain('The class names are those in labels.txt.');
    // Without the file they count in alphabetical order.
    expect((await prepared({}, folders)).doubt).toContain('numbers its classes differently');
  });

  it('tries the declared preprocessing first and still checks it', async () => {
    const digits = NAMES.map((_, label) => String(label));
    const right = await prepared(
      { 'preprocessor_config.json': '{"do_normalize":false,"rescale_factor":0.95}' },
      digits,
    );
    expect(right.calibration.chosen.label).toBe('as preprocessor_config.json says');
    expect(right.cleanAccuracy).toBeGreaterThan(0.9);
    const wrong = await prepared({ 'preprocessor_config.json': '{"image_mean":1,"image_std":-0.1}' }, digits);
    expect(wrong.calibration.chosen.id).not.toBe('declared');
    expect(wrong.cleanAccuracy).toBeGreaterThan(0.9);
  });
});
