/** @file How long a person waits in a VS Code in headless Chromium, clicks included. */
import { openEditor } from '../../test/e2e/editor';
import { RELEASES } from '../../test/support/vscode/installCodeServer';
import { type Figure, slowdown } from '../lib/figures';

const BUNDLED = 'The images that come with this sample model';

export async function measurePerson(): Promise<Figure[]> {
  const editor = await openEditor(RELEASES.newest);
  try {
    const window = await editor.open('bench');
    const factor = slowdown('engine');
    const start = performance.now();
    await window.chooseFromMenu(window.explorerItem('infected.onnx'), 'Scan for Backdoors');
    await window.pick(BUNDLED);
    await window.webview.getByRole('button', { name: 'Scan' }).click();
    await window.showResults();
    await window.results(/L1 /).first().waitFor();
    const first = (performance.now() - start) / 1000;
    await window.results(/infected.onnx.*Running/).hover();
    const clicked = performance.now();
    await window.inlineAction(window.results('infected.onnx'), 'Stop Scan');
    await window.results('Paused').first().waitFor();
    const paused = performance.now() - clicked;
    const common = { slowdown: factor };
    return [
      { name: 'right-click to first label, all clicks included', value: first, unit: 's', limit: 10, ...common },
      { name: 'click on Stop to paused', value: paused, unit: 'ms', limit: 1_000, ...common },
    ];
  } finally {
    await editor.close();
  }
}
