/** @file A window without a folder: a model opened as a single file is scanned, and its result is kept. */
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RELEASES } from '../support/vscode/installCodeServer';
import type { Window } from '../support/vscode/window';
import { type Editor, openEditor, QUICK } from './editor';

describe('a window without a folder', () => {
  let editor: Editor;
  let window: Window;

  beforeAll(async () => {
    editor = await openEditor(RELEASES.newest, { settings: QUICK });
    window = await editor.open('no-folder', null);
  });

  afterAll(async () => {
    await (window as Window | undefined)?.screenshot('end');
    await (editor as Editor | undefined)?.close();
  });

  it('says that one file is enough', async () => {
    await window.showResults();
    await window.page.getByText('No folder is open. You can scan a single model file').waitFor();
    await window.screenshot('welcome');
  });

  it('scans the file that is open', async () => {
    await window.command('File: Open File...');
    await window.enterPath(path.join(editor.workspace, 'infected.onnx'));
    await window.page.locator('.tab', { hasText: 'infected.onnx' }).waitFor();
    await window.command('Neural Cleanse: Scan for Backdoors');
    await window.pick('The images that come with this sample model');
    await window.webview.getByRole('button', { name: 'Scan' }).click();
    await window.showResults();
    await window.results('flagged').waitFor();
    await window.notification('infected.onnx hides a backdoor').waitFor();
    await window.screenshot('scanned');
  });

  it('has the result again after a reload', async () => {
    await window.reload();
    await window.showResults();
    await window.results('Infected').first().waitFor();
    await expect.poll(async () => (await window.labels()).length).toBe(10);
    await window.results('flagged').click();
    await window.webview.getByRole('tab', { name: 'Triggers' }).waitFor();
    await window.settle();
    await window.screenshot('reloaded');
  });
});
