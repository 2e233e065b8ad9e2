/** @file A model of about 1 GB: the scan can be stopped, and too little memory ends in one sentence. */
import * as assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/shared/contributions';
import { writeLargeModel } from '../../support/largeModel';
import { descendants } from '../../support/processes';
import { click, sampleModel, services, until } from './models';

const GB = 2 ** 30;

/** Address space of a process in bytes; Linux tells. */
function addressSpace(id: number): number {
  return 1024 * Number(/VmSize:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]);
}

/** Lets the process have so many bytes of address space; false where the system cannot do that. */
function limitMemory(id: number, bytes: number | 'unlimited'): boolean {
  // The soft limit alone, so that it can be taken back.
  return spawnSync('prlimit', ['--pid', String(id), `--as=${bytes}:`], { stdio: 'ignore' }).status === 0;
}

async function engine(model: vscode.Uri): Promise<number> {
  const { engine: client } = await services();
  await (await client()).inspect({ model: model.fsPath });
  const [id] = descendants(process.pid, 'engine.mjs');
  assert.ok(id !== undefined, 'there is no engine process');
  return id;
}

describe('a model of 1 GB', () => {
  let uri: vscode.Uri;
  let small: vscode.Uri;
  let limited: number | undefined;

  before(() => {
    uri = sampleModel('large');
    small = sampleModel('beside-large');
  });

  after(async () => {
    if (limited !== undefined) limitMemory(limited, 'unlimited');
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(uri, '..'), { recursive: true });
  });

  it('stops when told to', async () => {
    assert.ok(writeLargeModel(uri.fsPath) > 0.85 * GB);
    click(COMMANDS.scan, uri);
    await until(uri, 'the start', (entry) => entry?.state === 'preparing');
    click(COMMANDS.stop, uri);
    await until(uri, 'paused', (entry) => entry?.state === 'paused');
  });

  it('says in one sentence that memory is short, and the engine goes on with other models', async function () {
    if (process.platform !== 'linux') this.skip();
    limited = await engine(small);
    if (!limitMemory(limited, addressSpace(limited) + 0.5 * GB)) this.skip();
    click(COMMANDS.resume, uri);
    const failed = await until(uri, 'failed', (entry) => entry?.state === 'failed');
    assert.match(failed?.error ?? '', /^There is not enough memory for this model\. .*Close other programs/);
    limitMemory(limited, 'unlimited');
    assert.equal(await engine(small), limited);
  });
});
