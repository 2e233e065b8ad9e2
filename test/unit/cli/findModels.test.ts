import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import { findModels, modelsInList } from '../../../src/cli/findModels';
import { UsageError } from '../../../src/engine/support/errors';
import { temporaryFolder } from '../../support/temporaryFolder';

async function zoo(): Promise<string> {
  const folder = await temporaryFolder();
  const files = {
    ...{ 'b.onnx': 'x', 'a.ONNX': 'x', 'empty.onnx': '', 'notes.txt': 'x', 'deep/er/c.keras': 'x' },
    ...{ 'web/model.json': '{"modelTopology":{}}', 'other/model.json': '{}', 'node_modules/d/d.onnx': 'x' },
  };
  for (const [name, text] of Object.entries(files)) {
    await fs.mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await fs.writeFile(path.join(folder, name), text);
  }
  return folder;
}

it('finds what looks like a model in a folder and below, and follows no link', async () => {
  const folder = await zoo();
  await fs.symlink(await zoo(), path.join(folder, 'link'), 'dir');
  const found = await findModels([folder]);
  expect(found.map((file) => path.relative(folder, file).split(path.sep).join('/'))).toEqual([
    'a.ONNX',
    'b.onnx',
    'deep/er/c.keras',
    'web/model.json',
  ]);
});

it('understands patterns, and names a model once', async () => {
  const folder = await zoo();
  const [a, b] = [path.join(folder, 'a.ONNX'), path.join(folder, 'b.onnx')];
  expect(await findModels([b, `${folder}/*.onnx`, path.join(folder, 'deep', '..', 'b.onnx')])).toEqual([b, a]);
});

it('keeps files that are named, whatever they are, so that they are told', async () => {
  const folder = await zoo();
  const named = [path.join(folder, 'notes.txt'), path.join(folder, 'nothing.onnx')];
  expect(await findModels(named)).toEqual(named);
});

it('reads lists, relative to the folder they lie in', async () => {
  const folder = await zoo();
  const list = path.join(folder, 'list.txt');
  const absolute = path.join(folder, 'a.ONNX');
  await fs.writeFile(list, `# published ones\r\nb.onnx\n\n  web/model.json  \n${absolute}`);
  expect(await modelsInList(list)).toEqual([
    path.join(folder, 'b.onnx'),
    path.join(folder, 'web', 'model.json'),
    absolute,
  ]);
  await expect(modelsInList(path.join(folder, 'none.txt'))).rejects.toThrow(UsageError);
});

it('says so where there is none', async () => {
  await expect(findModels([path.join(await zoo(), 'other')])).rejects.toThrow(/no model was found/);
  await expect(findModels([])).rejects.toThrow(UsageError);
});
