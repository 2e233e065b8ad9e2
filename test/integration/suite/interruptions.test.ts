/** @file What may happen to a scan on its way: cancelled, killed, ordered twice, its file deleted or replaced. */
import * as assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/shared/contributions';
import type { ScanEntry } from '../../../src/shared/scanEntry';
import { eventually } from '../../support/patience';
import { descendants } from '../../support/processes';
import { click, resultOf, sampleModel, scanQuickly, services, until } from './models';

const hasLabels =
  (count: number) =>
  (entry: ScanEntry | undefined): boolean =>
    entry?.state === 'running' && entry.labels.length >= count;
const isDone = (entry: ScanEntry | undefined): boolean => entry?.state === 'done';

describe('an interrupted scan', () => {
  let expected: unknown;
  let scanAsUsual = (): Promise<void> => Promise.resolve();

  before(async () => {
    scanAsUsual = await scanQuickly();
  });

  after(() => scanAsUsual());

  it('is the yardstick when nothing interrupts it', async () => {
    const uri = sampleModel('undisturbed');
    click(COMMANDS.scan, uri);
    expected = resultOf(await until(uri, 'the end', isDone));
  });

  it('stops and goes on to the same result', async () => {
    const uri = sampleModel('cancelled');
    click(COMMANDS.scan, uri);
    await until(uri, 'two labels', hasLabels(2));
    click(COMMANDS.stop, uri);
    const paused = await until(uri, 'paused', (entry) => entry?.state === 'paused');
    assert.ok((paused?.labels.length ?? 0) >= 2);
    click(COMMANDS.resume, uri);
    assert.deepEqual(resultOf(await until(uri, 'the end', isDone)), expected);
  });

  it('says so when the engine process is killed, and goes on to the same result', async () => {
    const uri = sampleModel('killed');
    click(COMMANDS.scan, uri);
    await until(uri, 'two labels', hasLabels(2));
    const [engine, ...others] = descendants(process.pid, 'engine.mjs');
    assert.ok(engine !== undefined && others.length === 0, 'there is not exactly one engine process');
    process.kill(engine, 'SIGKILL');
    const failed = await until(uri, 'failed', (entry) => entry?.state === 'failed');
    assert.match(failed?.error ?? '', /engine process/i);
    assert.match(failed?.error ?? '', /scan again|resume/i);
    click(COMMANDS.resume, uri);
    assert.deepEqual(resultOf(await until(uri, 'the end', isDone)), expected);
  });

  it('is not disturbed by a second order for the same model', async () => {
    const uri = sampleModel('twice');
    click(COMMANDS.scan, uri);
    await until(uri, 'a label', hasLabels(1));
    const { scans } = await services();
    // Both orders at once, as two windows or a double click give them.
    await vscode.commands.executeCommand(COMMANDS.scan, uri).then(undefined, () => undefined);
    assert.ok(scans.isActive(uri), 'the first scan is gone');
    assert.deepEqual(resultOf(await until(uri, 'the end', isDone)), expected);
  });

  it('waits for its turn behind another model', async () => {
    const [first, second] = [sampleModel('first'), sampleModel('second', 'clean')];
    click(COMMANDS.scan, first, [first, second]);
    await until(first, 'a label', hasLabels(1));
    const { store } = await services();
    assert.equal(store.get(second.toString())?.state, 'queued');
    click(COMMANDS.stopAll);
    for (const uri of [first, second]) await until(uri, 'paused', (entry) => entry?.state === 'paused');
  });

  it('ends with the file', async () => {
    const uri = sampleModel('deleted');
    click(COMMANDS.scan, uri);
    await until(uri, 'a label', hasLabels(1));
    await vscode.workspace.fs.delete(uri);
    await until(uri, 'no entry', (entry) => entry === undefined);
    const { scans } = await services();
    assert.equal(scans.isActive(uri), false);
  });

  it('is marked as outdated when the file was replaced meanwhile', async () => {
    const uri = sampleModel('replaced');
    click(COMMANDS.scan, uri);
    await until(uri, 'a label', hasLabels(1));
    sampleModel('replaced', 'clean');
    const entry = await until(uri, 'the end', isDone);
    assert.equal(entry?.outdated, true);
    assert.deepEqual(vscode.languages.getDiagnostics(uri), []);
  });

  it('asks for other samples when the folder of the old ones is gone', async () => {
    const uri = sampleModel('orphaned');
    const sidecar = vscode.Uri.file(`${uri.fsPath}.neural-cleanse.json`);
    const nowhere = { version: 1, samples: { path: '../nowhere' } };
    await vscode.workspace.fs.writeFile(sidecar, new TextEncoder().encode(JSON.stringify(nowhere)));
    let answered = false;
    void vscode.commands.executeCommand(COMMANDS.scan, uri).then(() => (answered = true));
    // The command waits for an answer; nothing tells when its question is on the screen.
    await eventually('the question for samples to be closed', async () => {
      await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
      return answered;
    });
    const { scans, store } = await services();
    assert.equal(scans.isActive(uri), false);
    assert.equal(store.get(uri.toString()), undefined);
  });
});
