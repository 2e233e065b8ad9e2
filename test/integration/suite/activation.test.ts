/** @file The extension starts late, and registers what its manifest promises. */
import * as assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { COMMANDS, VIEWS } from '../../../src/shared/contributions';
import { extension } from './environment';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

describe('activation', () => {
  it('waits until it is needed', () => {
    assert.equal(extension().isActive, false);
  });

  it('registers exactly the commands of the manifest', async () => {
    await extension().activate();
    const { contributes } = extension().packageJSON as Manifest;
    const declared = contributes.commands.map(({ command }) => command);
    const registered = (await vscode.commands.getCommands(true)).filter((id) => id.startsWith('neuralCleanse.'));
    // Those of a view, such as `….focus`, are VS Code's own.
    const ours = registered.filter((id) => !id.startsWith(`${VIEWS.results}.`));
    assert.deepEqual(ours.sort(), [...declared].sort());
    assert.deepEqual([...declared].sort(), Object.values(COMMANDS).sort());
  });
});
