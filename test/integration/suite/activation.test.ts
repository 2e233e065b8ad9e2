/** @file The extension starts late and fast, and registers what its manifest promises. */
import * as assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { COMMANDS, VIEWS } from '../../../src/shared/contributions';
import { slowdown } from '../../support/figures';
import { extension, measured } from './environment';

interface Manifest {
  readonly main: string;
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

/**
 * As VS Code counts it in "Running Extensions": the time to load the code and that of the call, without the time in which the
 * host asks the window for the extension's state. Milliseconds.
 */
async function activationTimes(): Promise<{ load: number; activate: number }> {
  const { extensionPath } = extension();
  const main = path.join(extensionPath, (extension().packageJSON as Manifest).main);
  const load = createRequire(main);
  const times = { load: 0, activate: 0 };
  const start = performance.now();
  const code = load(main) as { activate(context: vscode.ExtensionContext): unknown };
  times.load = performance.now() - start;
  const cached = load.cache[main];
  assert.ok(cached);
  cached.exports = {
    ...code,
    activate: (context: vscode.ExtensionContext) => {
      const called = performance.now();
      const services = code.activate(context);
      times.activate = performance.now() - called;
      return services;
    },
  };
  await extension().activate();
  assert.ok(times.activate > 0, 'the code was loaded a second time');
  return times;
}

describe('activation', () => {
  it('waits until it is needed', () => {
    assert.equal(extension().isActive, false);
  });

  it('takes less than 50 ms', async () => {
    // The window itself is still busy with its start.
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const factor = slowdown('editor');
    const times = await activationTimes();
    const value = times.load + times.activate;
    measured({ name: 'Loading and activating the extension', value, unit: 'ms', limit: 50, slowdown: factor });
  });

  it('registers exactly the commands of the manifest', async () => {
    const { contributes } = extension().packageJSON as Manifest;
    const declared = contributes.commands.map(({ command }) => command);
    const registered = (await vscode.commands.getCommands(true)).filter((id) => id.startsWith('neuralCleanse.'));
    // Those of a view, such as `….focus`, are VS Code's own.
    const ours = registered.filter((id) => !id.startsWith(`${VIEWS.results}.`));
    assert.deepEqual(ours.sort(), [...declared].sort());
    assert.deepEqual([...declared].sort(), Object.values(COMMANDS).sort());
  });
});
