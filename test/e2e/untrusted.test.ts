/** @file A folder that the user does not trust: scanning works, writing does not. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RELEASES } from '../support/vscode/installCodeServer';
import type { Window } from '../support/vscode/window';
import { type Editor, openEditor, QUICK } from './editor';

describe('an untrusted workspace', () => {
  let editor: Editor;
  let window: Window;

  beforeAll(async () => {
    editor = await openEditor(RELEASES.newest, { restricted: true, settings: QUICK });
    window = await editor.open('untrusted');
  });

  afterAll(() => (editor as Editor | undefined)?.close());

  it('says what works and what does not', async () => {
    await window.statusBarItem('Restricted Mode').waitFor();
    await window.showResults();
    await window.page.getByText('This workspace is not trusted').waitFor();
    await window.screenshot('welcome');
  });

  it('can be scanned, and nothing is written in it', async () => {
    const before = readdirSync(editor.workspace);
    await window.showExplorer();
    await window.chooseFromMenu(window.explorerItem('infected.onnx'), 'Scan for Backdoors');
    await window.pick('The images that come with this sample model');
    await window.webview.getByRole('button', { name: 'Scan' }).click();
    await window.showResults();
    await window.results('flagged').waitFor();
    await window.results('infected.onnx').first().hover();
    await window.screenshot('scanned');
    await expect.poll(() => window.results('infected.onnx').first().getByLabel('Repair Model').count()).toBe(0);
    expect(readdirSync(editor.workspace)).toEqual(before);
  });
});
