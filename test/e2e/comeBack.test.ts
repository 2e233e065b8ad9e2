/** @file Windows that are reloaded or closed while a scan runs, webviews that are made anew, samples that go meanwhile. */
import { renameSync } from 'node:fs';
import * as path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/patience';
import { RELEASES } from '../support/vscode/installCodeServer';
import type { Window } from '../support/vscode/window';
import { type Editor, LONG, openEditor } from './editor';

describe('a scan whose window goes', () => {
  let editor: Editor;
  let window: Window;
  let uninterrupted: string[] = [];

  beforeAll(async () => {
    editor = await openEditor(RELEASES.newest, { settings: LONG });
    window = await editor.open('come-back');
  });

  afterAll(async () => {
    await (window as Window | undefined)?.screenshot('end');
    await (editor as Editor | undefined)?.close();
  });

  const model = (): Locator => window.results('infected.onnx').first();
  const labels = (): Promise<string[]> => window.labels();
  const scanAgain = async (): Promise<void> => {
    await window.inlineAction(model(), 'Scan for Backdoors');
    await window.results(/infected.onnx.*Running [1-9]/).waitFor();
  };

  it('has a yardstick that nothing interrupts', async () => {
    await window.chooseFromMenu(window.explorerItem('infected.onnx'), 'Scan for Backdoors');
    await window.pick('Choose a folder…');
    await window.enterPath(path.join(editor.workspace, 'images/'));
    await window.webview.getByRole('button', { name: 'Scan' }).click();
    await window.showResults();
    await window.results('flagged').waitFor();
    await expect.poll(() => labels()).toHaveLength(10);
    uninterrupted = await labels();
    await window.dismissNotifications();
  });

  it('goes on in its panel when all webviews are made anew', async () => {
    await window.results('flagged').click();
    await window.webview.getByRole('tab', { name: 'Charts' }).click();
    await window.editorStored('charts');
    await scanAgain();
    await window.command('Developer: Reload Webviews');
    await window.webview.getByRole('button', { name: 'Cancel' }).waitFor();
    await window.screenshot('webview-reloaded');
    await expect
      .poll(() => window.webview.getByRole('tab', { name: 'Charts' }).getAttribute('aria-selected'))
      .toBe('true');
  });

  it('is paused when the window is reloaded, with its panel, and goes on to the same result', async () => {
    await window.reload();
    await window.showResults();
    await window.results(/infected.onnx.*Paused/).waitFor();
    await window.webview.getByRole('button', { name: 'Resume' }).waitFor();
    await window.settle();
    await window.screenshot('reloaded');
    await window.inlineAction(model(), 'Resume Scan');
    await window.results('flagged').waitFor();
    await window.results(/infected.onnx.*Infected/).waitFor();
    await expect.poll(() => labels()).toEqual(uninterrupted);
    await window.webview.getByText('Backdoor found').waitFor();
    await window.screenshot('resumed');
  });

  it('is paused when the window is closed, and goes on to the same result in the next', async () => {
    await scanAgain();
    await window.close();
    // Until then a new window gets another storage from VS Code, in which there is no result.
    await eventually('the host of the closed window to end', () => editor.server.extensionHosts() === 0);
    window = await editor.open('come-back-2');
    await window.showResults();
    await window.results(/infected.onnx.*Paused/).waitFor();
    await window.screenshot('reopened');
    await window.inlineAction(model(), 'Resume Scan');
    await window.results('flagged').waitFor();
    await expect.poll(() => labels()).toEqual(uninterrupted);
  });

  it('keeps its result when the samples are gone, and asks for others before the next scan', async () => {
    await window.dismissNotifications();
    renameSync(path.join(editor.workspace, 'images'), path.join(editor.workspace, 'moved'));
    await window.inlineAction(model(), 'Scan for Backdoors');
    await window.notification('The samples of infected.onnx are not at').waitFor();
    await window.screenshot('samples-gone');
    await window.pick('Choose a folder…');
    await window.enterPath(path.join(editor.workspace, 'moved/'));
    await window.webview.getByRole('button', { name: 'Scan' }).click();
    await window.results(/infected.onnx.*(Reading|Running)/).waitFor();
  });
});
