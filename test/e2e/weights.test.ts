/** @file Weights alone, with an ONNX file beside them that has their network: scanned and repaired like any other model. */
import { copyFileSync, writeFileSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModel } from '../../src/engine/formats';
import { nodeFiles } from '../../src/runner/files/nodeFiles';
import { safetensorsOf } from '../support/safetensorsOf';
import { RELEASES } from '../support/vscode/installCodeServer';
import type { Window } from '../support/vscode/window';
import { type Editor, openEditor, QUICK } from './editor';

describe('weights whose network lies beside them', () => {
  let editor: Editor;
  let window: Window;

  beforeAll(async () => {
    editor = await openEditor(RELEASES.newest, { settings: QUICK });
    const [network, weights] = ['digits.onnx', 'digits.safetensors'].map((name) => path.join(editor.workspace, name));
    copyFileSync(path.join(editor.workspace, 'infected.onnx'), network!);
    writeFileSync(weights!, safetensorsOf(await readModel(nodeFiles, network!, {})));
    const sidecar = { version: 1, samples: { path: 'images' } };
    writeFileSync(`${weights!}.neural-cleanse.json`, JSON.stringify(sidecar));
    window = await editor.open('weights');
  });

  afterAll(async () => {
    await (window as Window | undefined)?.screenshot('end');
    await (editor as Editor | undefined)?.close();
  });

  it('are scanned', async () => {
    await window.chooseFromMenu(window.explorerItem('digits.safetensors').first(), 'Scan for Backdoors');
    await window.showResults();
    await window.results('flagged').waitFor();
    await window.notification('hides a backdoor').waitFor();
    await window.dismissNotifications();
    await window.results('flagged').click();
    await window.webview.getByRole('tab', { name: 'Details' }).click();
    await window.webview.getByText('The network is that of digits.onnx').waitFor();
    await window.screenshot('scanned');
  });

  it('are repaired into weights that are scanned in their turn', async () => {
    await window.inlineAction(window.results(/^digits.safetensors/), 'Repair Model…');
    await window.pick('Prune');
    await window.webview.getByRole('button', { name: 'Save' }).click();
    await window.quickInput.locator('input[type=text]').first().waitFor();
    await window.page.keyboard.press('Enter');
    await window.webview.getByRole('button', { name: 'Scan of the repaired model' }).waitFor();
    await window.results('digits.repaired.safetensors').first().waitFor();
    await window.settle();
    await window.screenshot('repaired');
    expect(readdirSync(editor.workspace)).toContain('digits.repaired.safetensors');
  });
});
