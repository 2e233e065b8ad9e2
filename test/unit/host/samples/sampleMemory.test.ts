import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readSidecar } from '../../../../src/engine/samples/sidecar';
import { SampleMemory } from '../../../../src/host/samples/sampleMemory';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { SETTINGS } from '../../../../src/shared/contributions';
import { fakeLog, fakeMemento, recorded, resetVscode, Uri, workspace } from '../../../support/fakeVscode';
import { temporaryFolder } from '../../../support/temporaryFolder';

beforeEach(resetVscode);

async function memoryFor(): Promise<{ memory: SampleMemory; model: string; folder: string; sidecar: string }> {
  const folder = await temporaryFolder();
  const model = path.join(folder, 'models', 'net.onnx');
  await fs.mkdir(path.dirname(model));
  const context = { workspaceState: fakeMemento(), extensionUri: Uri.file('/extension') };
  return {
    memory: new SampleMemory(context as never, fakeLog() as never),
    model,
    folder,
    sidecar: `${model}.neural-cleanse.json`,
  };
}

describe('the choice of samples', () => {
  it('is kept beside the model, by relative paths, where the command line finds it too', async () => {
    const { memory, model, folder } = await memoryFor();
    const choice = {
      data: path.join(folder, 'data', 'images'),
      labels: path.join(folder, 'models', 'labels.csv'),
      split: 'test',
      preprocessing: 'imagenet',
    };
    await memory.remember(model, choice);
    const saved = await readSidecar(nodeFiles, model);
    expect(saved!.samples).toEqual({ path: '../data/images', labels: 'labels.csv', split: 'test' });
    expect(saved!.preprocessing!.id).toBe('imagenet');
    expect(await memory.recall(model)).toEqual({ data: choice.data, labels: choice.labels, split: 'test' });
    expect(memory.recent()).toEqual([choice.data]);
  });

  it('keeps what somebody else wrote into the file', async () => {
    const { memory, model, folder, sidecar } = await memoryFor();
    await fs.writeFile(sidecar, JSON.stringify({ version: 1, classNames: ['cat', 'dog'] }));
    await memory.remember(model, { data: path.join(folder, 'images') });
    expect((await readSidecar(nodeFiles, model))!.classNames).toEqual(['cat', 'dog']);
  });

  it.each<[string, () => void]>([
    ['in untrusted workspaces', () => (workspace.isTrusted = false)],
    ['where the user wants no file', () => recorded.settings.set(SETTINGS.rememberSamples, 'workspace')],
  ])('is kept in the workspace only %s', async (_name, prepare) => {
    prepare();
    const { memory, model, sidecar } = await memoryFor();
    await memory.remember(model, { data: '/data/images', preprocessing: 'unit' });
    await expect(fs.stat(sidecar)).rejects.toThrow('ENOENT');
    expect(await memory.recall(model)).toEqual({ data: '/data/images', preprocessing: 'unit' });
  });

  it('is kept in the workspace where the images are our own', async () => {
    const { memory, model, sidecar } = await memoryFor();
    await memory.remember(model, { data: '/extension/media/sample/images' });
    await expect(fs.stat(sidecar)).rejects.toThrow('ENOENT');
  });

  it('is kept in the workspace where nothing can be written, which is told once', async () => {
    const { memory, model, folder } = await memoryFor();
    await fs.rm(path.dirname(model), { recursive: true });
    await fs.writeFile(path.dirname(model), 'a file in place of the folder');
    await memory.remember(model, { data: path.join(folder, 'images') });
    await memory.remember(model, { data: path.join(folder, 'others') });
    expect(recorded.messages).toHaveLength(1);
    expect(recorded.messages[0]).toContain('cannot be written to');
    expect(memory.recent()).toEqual([path.join(folder, 'others'), path.join(folder, 'images')]);
  });

  it('is an error that names the file where the file is damaged', async () => {
    const { memory, model, sidecar } = await memoryFor();
    await fs.writeFile(sidecar, '{"version": 1, "samples": {"path": "/etc"}}');
    await expect(memory.recall(model)).rejects.toThrow('net.onnx.neural-cleanse.json');
  });
});
