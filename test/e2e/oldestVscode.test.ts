/** @file The packed extension in the oldest VS Code that its manifest allows: installs, starts, scans. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RELEASES } from '../support/vscode/installCodeServer';
import type { Window } from '../support/vscode/window';
import { type Editor, openEditor, QUICK } from './editor';

describe(`VS Code ${RELEASES.oldest.version}`, () => {
  let editor: Editor;
  let window: Window;

  beforeAll(async () => {
    editor = await openEditor(RELEASES.oldest, { settings: QUICK });
    window = await editor.open('oldest');
  });

  afterAll(() => (editor as Editor | undefined)?.close());

  it('offers the scan on models only', async () => {
    expect(await window.entriesOf(window.explorerItem('infected.onnx'))).toContain('Scan for Backdoors');
    expect(await window.entriesOf(window.explorerItem('README.md'))).not.toContain('Scan for Backdoors');
  });

  it('scans the sample model', async () => {
    await window.command('Neural Cleanse: Scan the Infected Sample Model');
    await window.results('flagged').waitFor();
    await window.notification('hides a backdoor').waitFor();
    await window.results('flagged').click();
    await window.webview.getByRole('tab', { name: 'Triggers' }).waitFor();
    await window.settle();
    await window.screenshot('scanned');
    await expect.poll(async () => (await window.labels()).length).toBe(10);
  });
});
