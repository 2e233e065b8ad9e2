/** @file A folder that cannot be written to: scanning works, and what must be written finds another place. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeReadOnly } from '../support/readOnlyFolder';
import { RELEASES } from '../support/vscode/installCodeServer';
import type { Window } from '../support/vscode/window';
import { type Editor, openEditor, QUICK } from './editor';

describe('a read-only folder', () => {
  let editor: Editor;
  let window: Window;
  let makeWritable: (() => void) | undefined;
  let before: string[] = [];
  const elsewhere = mkdtempSync(path.join(os.tmpdir(), 'neural-cleanse-elsewhere-'));

  beforeAll(async () => {
    editor = await openEditor(RELEASES.newest, { settings: QUICK });
    before = readdirSync(editor.workspace);
    makeWritable = makeReadOnly(editor.workspace);
    window = await editor.open('read-only');
  });

  afterAll(async () => {
    await (window as Window | undefined)?.screenshot('end');
    makeWritable?.();
    await (editor as Editor | undefined)?.close();
    rmSync(elsewhere, { recursive: true, force: true });
  });

  it('can be scanned, and says where the choice of samples is kept', async ({ skip }) => {
    if (makeWritable === undefined) skip('This machine lets root write everywhere and mounts nothing.');
    await window.chooseFromMenu(window.explorerItem('infected.onnx'), 'Scan for Backdoors');
    await window.pick('Choose a folder…');
    await window.enterPath(path.join(editor.workspace, 'images/'));
    await window.webview.getByRole('button', { name: 'Scan' }).click();
    await window.notification('your choice of samples is remembered in this workspace only').waitFor();
    await window.screenshot('told');
    await window.showResults();
    await window.results('flagged').waitFor();
    await window.screenshot('scanned');
    expect(readdirSync(editor.workspace)).toEqual(before);
  });

  it('asks for another place for the repaired model, and takes it', async ({ skip }) => {
    if (makeWritable === undefined) skip('This machine lets root write everywhere and mounts nothing.');
    await window.dismissNotifications();
    await window.inlineAction(window.results('infected.onnx'), 'Repair Model…');
    await window.pick('Prune');
    const save = window.webview.getByRole('button', { name: 'Save' });
    await save.click();
    await window.quickInput.locator('input[type=text]').first().waitFor();
    await window.settle();
    await window.page.keyboard.press('Enter');
    await window.webview.getByText('the file system is read-only').waitFor();
    await window.screenshot('refused');
    await save.click();
    await window.enterPath(path.join(elsewhere, 'repaired.onnx'));
    await window.webview.getByRole('button', { name: 'Scan of the repaired model' }).waitFor();
    await window.screenshot('saved');
    expect(readdirSync(elsewhere)).toContain('repaired.onnx');
    expect(readdirSync(editor.workspace)).toEqual(before);
  });

  it('uses the remembered samples for the next scan', async ({ skip }) => {
    if (makeWritable === undefined) skip('This machine lets root write everywhere and mounts nothing.');
    await window.showResults();
    await window.inlineAction(window.results('infected.onnx').first(), 'Scan for Backdoors');
    await window.results(/infected.onnx.*(Reading|Running)/).waitFor();
    await window.inlineAction(window.results('infected.onnx').first(), 'Stop Scan');
    await window.results('Paused').first().waitFor();
  });
});
