/** @file A scan from the command to the verdict, and how little it disturbs the editor. */
import * as assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/shared/contributions';
import { measured } from './environment';
import { watchEventLoop } from './eventLoop';
import { click, sampleModel, services, until } from './models';

describe('a scan', () => {
  it('finds the backdoor of the sample, label by label, without holding up the editor', async function () {
    this.timeout(180_000);
    const uri = sampleModel('infected');
    const start = performance.now();
    const stopWatching = watchEventLoop();
    click(COMMANDS.scan, uri);
    const first = await until(uri, 'first label', (entry) => (entry?.labels.length ?? 0) > 0);
    measured({ name: 'Command to first label', value: (performance.now() - start) / 1000, unit: 's', limit: 10 });
    assert.equal(first?.state, 'running');
    const entry = await until(uri, 'the end', (each) => each?.state === 'done' || each?.state === 'failed');
    const { longest, longestOwn } = stopWatching();
    assert.equal(entry?.report?.verdict, 'infected', entry?.error);
    assert.deepEqual(entry.report.flagged, [7]);
    assert.equal(entry.labels.length, 10);
    measured({ name: 'Whole scan', value: (performance.now() - start) / 1000, unit: 's' });
    measured({ name: 'Longest pause of the event loop during a scan', value: longest, unit: 'ms' });
    measured({ name: 'Longest pause of the extension host’s own making', value: longestOwn, unit: 'ms', limit: 50 });
  });

  it('shows one problem for each flagged label, until the file is gone', async () => {
    const uri = sampleModel('infected');
    const ours = (): vscode.Diagnostic[] =>
      vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Neural Cleanse');
    assert.equal(ours().length, 1);
    await vscode.workspace.fs.delete(uri);
    await until(uri, 'no entry', (entry) => entry === undefined);
    assert.equal(ours().length, 0);
  });

  it('accuses no clean model', async function () {
    this.timeout(180_000);
    const uri = sampleModel('clean', 'clean');
    click(COMMANDS.scan, uri);
    const entry = await until(uri, 'the end', (each) => each?.state === 'done' || each?.state === 'failed');
    assert.equal(entry?.report?.verdict, 'clean', entry?.error);
    assert.deepEqual(vscode.languages.getDiagnostics(uri), []);
  });

  it('fails with a plain sentence on what is no model', async () => {
    const uri = sampleModel('broken');
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode('This is no model.'));
    click(COMMANDS.scan, uri);
    const { store } = await services();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const entry = store.get(uri.toString());
    assert.notEqual(entry?.state, 'done');
    assert.doesNotMatch(entry?.error ?? '', /undefined|\n\s+at /);
  });
});
