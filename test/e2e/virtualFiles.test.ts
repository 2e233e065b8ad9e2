/** @file A model on a virtual file system: it is not offered to be scanned, and who asks nevertheless is told why. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RELEASES } from '../support/vscode/installCodeServer';
import { packedTestExtension } from '../support/vscode/testExtension';
import type { Window } from '../support/vscode/window';
import { type Editor, openEditor } from './editor';

describe('a virtual workspace', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'neural-cleanse-virtual-'));
  let editor: Editor;
  let window: Window;

  beforeAll(async () => {
    const workspace = path.join(folder, 'virtual.code-workspace');
    writeFileSync(workspace, JSON.stringify({ folders: [{ uri: 'nowhere:/', name: 'virtual' }] }));
    editor = await openEditor(RELEASES.newest, { vsix: [packedTestExtension('virtualFiles', folder)] });
    window = await editor.open('virtual', workspace);
  });

  afterAll(async () => {
    await (window as Window | undefined)?.screenshot('end');
    await (editor as Editor | undefined)?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('says what to do instead', async () => {
    await window.showResults();
    await window.page.getByText('save the model locally first').waitFor();
    await window.screenshot('welcome');
  });

  it('offers no scan in the menus of the model', async () => {
    await window.showExplorer();
    const entries = await window.entriesOf(window.explorerItem('net.onnx'));
    expect(entries).toContain('Copy Path');
    expect(entries).not.toContain('Scan for Backdoors');
  });

  it('answers the command with a plain message', async () => {
    await window.explorerItem('net.onnx').click();
    await window.page.locator('.tab', { hasText: 'net.onnx' }).waitFor();
    await window.command('Neural Cleanse: Scan for Backdoors');
    await window.notification('net.onnx is not on a disk of this machine').waitFor();
    await window.screenshot('told');
  });

  it('says the same in the overview of the model', async () => {
    await window.chooseFromMenu(window.explorerItem('net.onnx'), 'Open With...');
    await window.pick('Model Overview');
    await window.webview.getByText('Save the model to a folder and open it there').waitFor();
    await window.screenshot('overview');
  });
});
