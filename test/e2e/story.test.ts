/** @file One person's way through the extension, step by step: scan, stop, resume, understand, come back. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RELEASES } from '../support/vscode/installCodeServer';
import type { Window } from '../support/vscode/window';
import { type Editor, openEditor } from './editor';

const BUNDLED = 'The images that come with this sample model';

describe(`code-server ${RELEASES.newest.version}`, () => {
  let editor: Editor;
  let window: Window;

  beforeAll(async () => {
    editor = await openEditor(RELEASES.newest);
    window = await editor.open('story');
  });

  afterAll(async () => {
    await (window as Window | undefined)?.screenshot('end');
    await (editor as Editor | undefined)?.close();
  });

  it('offers the scan on models, and on nothing else', async () => {
    expect(await window.entriesOf(window.explorerItem('infected.onnx'))).toContain('Scan for Backdoors');
    expect(await window.entriesOf(window.explorerItem('README.md'))).not.toContain('Scan for Backdoors');
    await window.chooseFromMenu(window.explorerItem('infected.onnx'), 'Scan for Backdoors');
  });

  it('asks for clean samples once, and knows those of the sample model', async () => {
    await window.quickInput.getByText(BUNDLED).waitFor();
    await window.screenshot('samples-question');
    await window.pick(BUNDLED);
  });

  it('shows the samples as the model sees them', async () => {
    const accept = window.webview.getByRole('button', { name: 'Scan' });
    await accept.waitFor();
    await window.screenshot('samples');
    await accept.click();
  });

  it('lists labels while they arrive', async () => {
    await window.showResults();
    await window.results(/L1 /).first().waitFor();
    await window.screenshot('running');
  });

  it('finds the backdoor', async () => {
    await window.results('flagged').waitFor();
    await window.notification('hides a backdoor').waitFor();
    await window.screenshot('infected');
    await expect.poll(() => window.results(/L1 /).allInnerTexts()).toEqual([expect.stringContaining('Label 7')]);
    await expect.poll(async () => (await window.labels()).length).toBe(10);
    await window.screenshot('all-labels');
    await expect.poll(() => window.statusBarItem('Backdoor scan').count()).toBe(0);
    await window.dismissNotifications();
  });

  it('stops when told to', async () => {
    // A scan of the sample with one seed may be over before a busy machine has shown the button.
    mkdirSync(path.join(editor.workspace, '.vscode'));
    const settings = JSON.stringify({ 'neuralCleanse.seeds': 3 });
    writeFileSync(path.join(editor.workspace, '.vscode', 'settings.json'), settings);
    await window.showExplorer();
    await window.explorerItem('.vscode').waitFor();
    await window.chooseFromMenu(window.explorerItem('clean.onnx'), 'Scan for Backdoors');
    await window.pick(BUNDLED);
    await window.webview.getByRole('button', { name: 'Scan' }).click();
    await window.showResults();
    await window.results(/clean.onnx.*Running/).hover();
    await window.inlineAction(window.results('clean.onnx'), 'Stop Scan');
    await window.results('Paused').first().waitFor();
    await window.screenshot('paused');
  });

  it('goes on when told to', async () => {
    await window.inlineAction(window.results('clean.onnx'), 'Resume Scan');
    await window.statusBarItem('Backdoor scan').waitFor();
    await window.notification('No backdoor was found in clean.onnx').waitFor();
    await window.screenshot('clean');
  });

  it('writes nothing beside a model whose samples came with the extension', () => {
    // A path into the extension is nothing to commit.
    expect(existsSync(path.join(editor.workspace, 'infected.onnx.neural-cleanse.json'))).toBe(false);
  });

  it('explains a label where the mouse rests', async () => {
    await window.dismissNotifications();
    await window.results('flagged').hover();
    const tooltip = window.page.locator('.monaco-hover:visible');
    await tooltip.getByText('A trigger of').waitFor();
    await window.screenshot('tooltip');
    await expect.poll(() => tooltip.locator('img').count()).toBe(3);
    await expect
      .poll(() => tooltip.locator('img').first().getAttribute('src'))
      .toMatch(/^data:image\/svg\+xml;base64,/);
    await window.page.mouse.move(700, 400);
  });

  it('shows triggers and charts', async () => {
    await window.results('flagged').click();
    await window.webview.getByRole('tab', { name: 'Triggers' }).waitFor();
    await window.screenshot('panel-triggers');
    for (const tab of ['Charts', 'Optimisation', 'Details']) {
      await window.webview.getByRole('tab', { name: tab }).click();
      await window.settle();
      await window.screenshot(`panel-${tab.toLowerCase()}`);
    }
  });

  it('shows the neurons that the trigger drives', async () => {
    await window.inlineAction(window.results('flagged'), 'Show Driven Neurons');
    await window.webview.getByText('The trigger turns').waitFor();
    await window.settle();
    await window.screenshot('panel-neurons');
    await expect.poll(() => window.webview.getByText('the second-to-last layer').count()).toBe(1);
  });

  it('follows the theme', async () => {
    await window.webview.getByRole('tab', { name: 'Charts' }).click();
    const theme = (): Promise<string | null> => window.webview.locator('body').getAttribute('data-vscode-theme-kind');
    for (const name of ['Dark Modern', 'Dark High Contrast', 'Light High Contrast']) {
      await window.changeTheme(name);
      await window.screenshot(`theme-${name.toLowerCase().replaceAll(' ', '-')}`);
    }
    await expect.poll(() => theme()).toBe('vscode-high-contrast-light');
    await window.changeTheme('Dark Modern');
    await expect.poll(() => theme()).toBe('vscode-dark');
  });

  it('has problems and badges on the model', async () => {
    await window.command('Problems: Focus on Problems View');
    await window.page.locator('.markers-panel').getByText('Backdoor to').waitFor();
    await window.showExplorer();
    await expect.poll(() => window.badgeOf('infected.onnx')).toContain('!');
    await expect.poll(() => window.badgeOf('clean.onnx')).toContain('✓');
    await window.screenshot('problems');
    await window.command('View: Hide Panel');
  });

  it('opens the overview of a model', async () => {
    await window.chooseFromMenu(window.explorerItem('clean.onnx'), 'Open With...');
    await window.pick('Model Overview');
    await window.webview.getByText('Scan').first().waitFor();
    await window.settle();
    await window.screenshot('model-overview');
    await window.page.locator('.editor-actions .action-label[aria-label="Scan for Backdoors"]').waitFor();
  });

  it('says in code what is known of the models that it loads', async () => {
    const code = ['infected', 'clean', 'other'].map((name) => `${name} = InferenceSession("${name}.onnx")\n`);
    writeFileSync(
      path.join(editor.workspace, 'serve.py'),
      `from onnxruntime import InferenceSession\n\n${code.join('')}`,
    );
    await window.explorerItem('serve.py').dblclick();
    const lens = (text: string): Locator => window.page.locator('.codelens-decoration', { hasText: text });
    await lens('Infected: Label 7').waitFor();
    await lens('Clean').waitFor();
    await window.page.locator('.squiggly-warning').first().waitFor();
    await window.screenshot('in-code');
  });

  it('shows the trigger where a file names the flagged label', async () => {
    const names = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
    writeFileSync(path.join(editor.workspace, 'labels.txt'), `${names.join('\n')}\n`);
    await window.explorerItem('labels.txt').dblclick();
    const contents = `[...document.querySelectorAll('.view-line span[class*="ced-"]')].map((span) => getComputedStyle(span, '::after').content).join()`;
    const images = (): Promise<string> => window.page.evaluate<string>(contents);
    await expect.poll(() => images()).toContain('url("data:image/svg+xml');
    await window.settle();
    await window.screenshot('label-names');
  });

  it('has everything again after a reload', async () => {
    await window.reload();
    await window.showResults();
    await window.results('Infected').first().waitFor();
    await window.results('Clean').first().waitFor();
    // The flagged label; the others are folded, and so are those of the clean model.
    await expect.poll(() => window.results(/L1 /).count()).toBe(1);
    await window.settle();
    await window.screenshot('reloaded');
    await window.results('flagged').click();
    await window.webview.getByRole('tab', { name: 'Triggers' }).waitFor();
    await window.settle();
    await window.screenshot('reloaded-panel');
  });

  it('compares any two results', async () => {
    await window.chooseFromMenu(window.results('clean.onnx').first(), 'Compare With…');
    await window.webview.getByText('Before: infected.onnx').waitFor();
    await window.webview.getByText('After: clean.onnx').waitFor();
    await window.settle();
    await window.screenshot('compared');
  });

  it('explains itself in a walkthrough', async () => {
    await window.command('Neural Cleanse: Open Walkthrough');
    await window.page.getByText('Find a backdoor in a neural network').first().waitFor();
    await window.settle();
    await window.screenshot('walkthrough');
  });
});
