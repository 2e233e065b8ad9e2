/** @file A scan from the command to the verdict. */
import * as assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/shared/contributions';
import { click, isOver, sampleModel, services, until } from './models';

describe('a scan', () => {
  let infected: vscode.Uri | undefined;

  it('finds the backdoor of the sample, label by label', async () => {
    infected = sampleModel('infected');
    const uri = infected;
    click(COMMANDS.scan, uri);
    const early = await until(uri, 'first label', (entry) => (entry?.labels.length ?? 0) > 0);
    assert.equal(early?.state, 'running');
    const entry = await until(uri, 'the end', isOver);
    assert.equal(entry?.report?.verdict, 'infected', entry?.error);
    assert.deepEqual(entry.report.flagged, [7]);
    assert.equal(entry.labels.length, 10);
  });

  it('shows one problem for each flagged label, until the file is gone', async () => {
    const uri = infected;
    assert.ok(uri);
    const ours = (): vscode.Diagnostic[] =>
      vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Neural Cleanse');
    assert.equal(ours().length, 1);
    await vscode.workspace.fs.delete(uri);
    await until(uri, 'no entry', (entry) => entry === undefined);
    assert.equal(ours().length, 0);
  });

  it('accuses no clean model', async () => {
    const uri = sampleModel('clean', 'clean');
    click(COMMANDS.scan, uri);
    const entry = await until(uri, 'the end', isOver);
    assert.equal(entry?.report?.verdict, 'clean', entry?.error);
    assert.deepEqual(vscode.languages.getDiagnostics(uri), []);
  });

  it('fails with a plain sentence on what is no model', async () => {
    const uri = sampleModel('broken');
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode('This is no model.'));
    await vscode.commands.executeCommand(COMMANDS.scan, uri);
    const { store } = await services();
    const entry = store.get(uri.toString());
    assert.notEqual(entry?.state, 'done');
    assert.doesNotMatch(entry?.error ?? '', /undefined|\n\s+at /);
  });
});
