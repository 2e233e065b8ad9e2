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

  afterAll(() => (editor as Editor | undefined)?.close());

  it('offers the scan on models only', async () => {
    expect(await window.entriesOf(window.explorerItem('infected.onnx'))).toContain('Scan for Backdoors');
    expect(await window.entriesOf(window.explorerItem('README.md'))).not.toContain('Scan for Backdoors');
  });
});
