/** @file A scan from the command to the verdict, and how little it disturbs the editor. */
import * as assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/shared/contributions';
import { slowdown } from '../../support/figures';
import { measured } from './environment';
import { type Delays, watchEventLoop } from './eventLoop';
import { click, isOver, sampleModel, services, until } from './models';

describe('a scan', () => {
  let factor = 1;
  let infected: vscode.Uri | undefined;
  let seconds = { first: 0, all: 0 };
  let delays: Delays = { longest: 0, longestOwn: 0 };

  it('finds the backdoor of the sample, label by label', async function () {
    this.timeout(180_000);
    infected = sampleModel('infected');
    const uri = infected;
    factor = slowdown('engine');
    const start = performance.now();
    const stopWatching = watchEventLoop();
    click(COMMANDS.scan, uri);
    const early = await until(uri, 'first label', (entry) => (entry?.labels.length ?? 0) > 0);
    seconds = { ...seconds, first: (performance.now() - start) / 1000 };
    assert.equal(early?.state, 'running');
    const entry = await until(uri, 'the end', isOver);
    seconds = { ...seconds, all: (performance.now() - start) / 1000 };
    delays = stopWatching();
    assert.equal(entry?.report?.verdict, 'infected', entry?.error);
    assert.deepEqual(entry.report.flagged, [7]);
    assert.equal(entry.labels.length, 10);
  });

  it('has its first label within 10 s', () => {
    measured({ name: 'Command to first label', value: seconds.first, unit: 's', limit: 10, slowdown: factor });
    measured({ name: 'Whole scan of the sample', value: seconds.all, unit: 's', slowdown: factor });
  });

  it('never holds up the editor for 50 ms', () => {
    measured({
      name: 'Longest pause of the event loop in a scan',
      value: delays.longest,
      unit: 'ms',
      slowdown: factor,
    });
    measured({ name: 'Longest pause in a scan, computing', value: delays.longestOwn, unit: 'ms', limit: 50 });
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

  it('accuses no clean model', async function () {
    this.timeout(180_000);
    const uri = sampleModel('clean', 'clean');
    click(COMMANDS.scan, uri);
    const entry = await until(uri, 'the end', isOver);
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
