import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ModelFormatError,
  NeuralCleanseError,
  UnsupportedModelError,
  UsageError,
} from '../../../src/engine/support/errors';
import { sha256 } from '../../../src/runner/files/sha256';
import { temporaryFolder } from '../../support/temporaryFolder';
import { BAD, SMALL, start, task, useEngine } from './engineUnderTest';

useEngine();

describe('bad input', () => {
  it.each([
    ['a damaged model', 'truncated.onnx', ModelFormatError],
    ['an unsupported model', 'unknown-op.onnx', UnsupportedModelError],
    ['a model that is not there', 'nothing.onnx', UsageError],
  ])('%s is an error of its class', async (_name, file, Class) => {
    const error = await start()
      .client.scan(await task({ model: path.join(BAD, file) }))
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Class);
    expect(error).toMatchObject({ details: { file }, message: expect.stringContaining(file) as string });
  });

  it('leaves the process alive: every bad model in turn', async () => {
    const { client } = start();
    await client.inspect({ model: SMALL });
    const { pid } = client;
    const names = await fs.readdir(BAD);
    expect(names.length).toBeGreaterThan(50);
    for (const name of names) {
      const result = await client.inspect({ model: path.join(BAD, name) }).catch((error: unknown) => error);
      if (result instanceof Error) expect(result, name).toBeInstanceOf(NeuralCleanseError);
    }
    expect(client.pid).toBe(pid);
  });

  it('a sparse file of 1 GB costs no more memory than it is large', async () => {
    const { client } = start();
    const model = path.join(await temporaryFolder(), 'large.onnx');
    await fs.copyFile(SMALL, model);
    await fs.truncate(model, 1 << 30);
    await expect(client.scan(await task({ model }))).rejects.toThrow(ModelFormatError);
    if (process.platform !== 'linux') return;
    const status = await fs.readFile(`/proc/${client.pid}/status`, 'utf8');
    expect(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1])).toBeLessThan(1.5 * (1 << 20));
  });

  it('a model that is replaced or deleted during its scan is reported as it was read', async () => {
    const { client } = start();
    const model = path.join(await temporaryFolder(), 'model.onnx');
    for (const change of [() => fs.writeFile(model, 'replaced'), () => fs.rm(model)]) {
      await fs.copyFile(SMALL, model);
      let changed: Promise<void> | undefined;
      const report = await client.scan(await task({ model }), { onProgress: () => void (changed ??= change()) });
      await changed;
      expect(report.model.sha256).toBe(sha256(await fs.readFile(SMALL)));
      expect(changed).toBeDefined();
    }
  });
});
