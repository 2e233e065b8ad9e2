/** @file The packed extension in the oldest VS Code that its manifest allows: installs, starts, scans. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RELEASES } from '../support/vscode/installCodeServer';
import type { Window } from '../support/vscode/window';
import { type Editor, openEditor } from './editor';

describe(`VS Code ${RELEASES.oldest.version}`, () => {
  let editor: Editor;
  let window: Window;

  beforeAll(async () => {
    editor = await openEditor(RELEASES.oldest);
    window = await editor.open('oldest');
  });

  afterAll(() => editor.close());

  it('offers the scan on models only', async () => {
    const onModel = await window.contextMenu(window.explorerItem('infected.onnx'));
    await window.screenshot('menu');
    expect(await onModel.filter({ hasText: 'Scan for Backdoors' }).count()).toBe(1);
    await window.page.keyboard.press('Escape');
    const onText = await window.contextMenu(window.explorerItem('README.md'));
    expect(await onText.filter({ hasText: 'Scan for Backdoors' }).count()).toBe(0);
    await window.page.keyboard.press('Escape');
  });
});
