/** @file What a person does about a backdoor that was found: a repaired copy, and a filter. */
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RELEASES } from '../support/vscode/installCodeServer';
import type { Window } from '../support/vscode/window';
import { type Editor, openEditor, QUICK } from './editor';

describe('a backdoor that was found', () => {
  let editor: Editor;
  let window: Window;

  beforeAll(async () => {
    editor = await openEditor(RELEASES.newest, { settings: QUICK });
    window = await editor.open('repair');
    await window.chooseFromMenu(window.explorerItem('infected.onnx'), 'Scan for Backdoors');
    await window.pick('The images that come with this sample model');
    await window.webview.getByRole('button', { name: 'Scan' }).click();
    await window.showResults();
    await window.results('flagged').waitFor();
    await window.notification('hides a backdoor').waitFor();
    await window.dismissNotifications();
  });

  afterAll(async () => {
    await (window as Window | undefined)?.screenshot('end');
    await (editor as Editor | undefined)?.close();
  });

  it('repairs the model into a new file, and shows what has changed', async () => {
    const original = readFileSync(path.join(editor.workspace, 'infected.onnx'));
    await window.inlineAction(window.results('infected.onnx'), 'Repair Model…');
    await window.quickInput.getByText('Unlearn').first().waitFor();
    await window.screenshot('repair-method');
    await window.pick('Unlearn');
    const save = window.webview.getByRole('button', { name: 'Save' });
    await save.waitFor();
    await window.settle();
    await window.screenshot('repair-ready');
    await save.click();
    await window.quickInput.locator('input[type=text]').first().waitFor();
    await window.screenshot('repair-save');
    await window.page.keyboard.press('Enter');
    const scan = window.webview.getByRole('button', { name: 'Scan of the repaired model' });
    await scan.waitFor();
    // Saving has scanned it already.
    await window.results('infected.repaired.onnx').first().waitFor();
    await window.screenshot('repair-saved');
    await scan.click();
    await window.webview.getByRole('tab', { name: 'Before and after' }).click();
    await expect.poll(() => window.statusBarItem('Backdoor scan').count()).toBe(0);
    await window.settle();
    await window.screenshot('repair-compared');
    expect(readFileSync(path.join(editor.workspace, 'infected.onnx'))).toEqual(original);
    expect(readdirSync(editor.workspace).filter((name) => name.endsWith('.onnx'))).toHaveLength(3);
  });

  it('saves a filter beside the model', async () => {
    await window.dismissNotifications();
    await window.chooseFromMenu(window.results(/^infected.onnx/).first(), 'Save Input Filter…');
    await window.quickInput.getByText('of the images with the trigger pass').first().waitFor();
    await window.settle();
    await window.screenshot('filter-rates');
    await window.pick('1.0 %');
    await window.quickInput.locator('input[type=text]').first().waitFor();
    await window.settle();
    await window.screenshot('filter-save');
    await window.page.keyboard.press('Enter');
    await window.notification('The filter rejects').waitFor();
    await window.settle();
    await window.screenshot('filter-saved');
    const names = readdirSync(editor.workspace).filter((name) => name.includes('.filter.'));
    expect(names.sort()).toEqual(['infected.onnx.filter.json', 'infected.onnx.filter.onnx']);
  });

  it('says what became of a repair when the window is reloaded', async () => {
    await window.reload();
    await window.page.locator('.tab[aria-label^="Repair: infected.onnx"]').click();
    await window.webview.getByText('The repair of infected.onnx is gone').waitFor();
    await window.settle();
    await window.screenshot('repair-gone');
    await expect.poll(() => window.webview.getByRole('button', { name: 'Repair again…' }).count()).toBe(1);
  });
});
