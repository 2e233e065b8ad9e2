/** @file Measured inside the extension host: activation, pauses of its event loop, first label, cancel. */
import * as assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { COMMANDS, VIEWS } from '../../src/shared/contributions';
import type { ScanEntry } from '../../src/shared/scanEntry';
import { extension } from '../../test/integration/suite/environment';
import { click, isOver, sampleModel, services, until } from '../../test/integration/suite/models';
import { runMocha, tell } from '../../test/integration/suite/runMocha';
import { writeLargeModel } from '../../test/support/largeModel';
import { type Figure, slowdown } from '../lib/figures';
import { watchEventLoop } from './eventLoop';
import { manyLabels } from './manyLabels';

/** Milliseconds. */
const FLUID = 50;

function measured(figure: Figure): void {
  tell({ kind: 'figure', figure });
}

/**
 * As VS Code counts it in "Running Extensions": the time to load the code and that of the call, without the time in which the
 * host asks the window for the extension's state. Milliseconds.
 */
async function activationTime(): Promise<number> {
  const { extensionPath } = extension();
  const main = path.join(extensionPath, (extension().packageJSON as { main: string }).main);
  const load = createRequire(main);
  const start = performance.now();
  const code = load(main) as { activate(context: vscode.ExtensionContext): unknown };
  const loading = performance.now() - start;
  let activating = 0;
  const cached = load.cache[main];
  assert.ok(cached);
  cached.exports = {
    ...code,
    activate: (context: vscode.ExtensionContext) => {
      const called = performance.now();
      const activated = code.activate(context);
      activating = performance.now() - called;
      return activated;
    },
  };
  await extension().activate();
  assert.ok(activating > 0, 'the code was loaded a second time');
  return loading + activating;
}

function measurements(): void {
  describe('the extension host', () => {
    it('activates', async () => {
      // The window itself is still busy with its start.
      await sleep(5_000);
      const factor = slowdown('editor');
      measured({
        name: 'loading and activating the extension',
        value: await activationTime(),
        unit: 'ms',
        limit: 50,
        slowdown: factor,
      });
    });

    it('scans', async () => {
      const uri = sampleModel('infected');
      const factor = slowdown('engine');
      const stopWatching = watchEventLoop();
      const start = performance.now();
      const seconds = (): number => (performance.now() - start) / 1000;
      click(COMMANDS.scan, uri);
      await until(uri, 'first label', (entry) => (entry?.labels.length ?? 0) > 0);
      const first = seconds();
      await until(uri, 'the end', isOver);
      const all = seconds();
      const { longestOwn } = stopWatching();
      measured({ name: 'command to first label, sample model', value: first, unit: 's', limit: 10, slowdown: factor });
      measured({ name: 'whole scan of the sample', value: all, unit: 's', slowdown: factor });
      measured({
        name: "longest pause of the host's event loop in a scan",
        value: longestOwn,
        unit: 'ms',
        limit: FLUID,
      });
    });

    it('cancels', async () => {
      const uri = sampleModel('cancelled');
      click(COMMANDS.scan, uri);
      await until(uri, 'two labels', (entry) => (entry?.labels.length ?? 0) >= 2);
      const factor = slowdown('engine');
      const start = performance.now();
      click(COMMANDS.stop, uri);
      await until(uri, 'paused', (entry) => entry?.state === 'paused');
      const value = performance.now() - start;
      measured({ name: 'cancel', value, unit: 'ms', limit: 1_000, slowdown: factor });
    });

    for (const count of [200, 3_000]) {
      it(`shows ${count} labels`, async () => {
        const { store } = await services();
        const uri = sampleModel(`labels-${count}`);
        await vscode.commands.executeCommand(`${VIEWS.results}.focus`);
        const labels = manyLabels(count);
        const stopWatching = watchEventLoop();
        const entry = (done: number): ScanEntry => ({
          uri: uri.toString(),
          name: `${count} labels`,
          state: 'running',
          labels: labels.slice(0, done),
          running: [],
          progress: { phase: 'inverting', done, total: count, labelsDone: done, labelsTotal: count, current: [] },
        });
        // Fifty times, as fast as small models are done.
        for (let step = 1; step <= 50; step++) {
          store.set(entry(Math.round((count * step) / 50)));
          if (step === 10) await vscode.commands.executeCommand(COMMANDS.showResult, uri.toString());
          await sleep(100);
        }
        const { longestOwn } = stopWatching();
        await vscode.commands.executeCommand('workbench.action.closeAllEditors');
        store.remove(uri.toString());
        measured({ name: `longest pause, ${count} labels`, value: longestOwn, unit: 'ms', limit: FLUID });
      });
    }
  });

  describe('a model of 1 GB', () => {
    const uri = (): vscode.Uri => sampleModel('large');

    after(async () => {
      await vscode.workspace.fs.delete(vscode.Uri.joinPath(uri(), '..'), { recursive: true });
    });

    it('leaves the editor fluid, and stops when told to', async () => {
      const model = uri();
      writeLargeModel(model.fsPath);
      const factor = slowdown('engine');
      const stopWatching = watchEventLoop();
      click(COMMANDS.scan, model);
      await until(model, 'the start', (entry) => entry?.state === 'preparing');
      // The worst moment: the weights are read and handed to the compute library, in steps that nothing interrupts.
      await sleep(10_000);
      const start = performance.now();
      click(COMMANDS.stop, model);
      await until(model, 'paused', (entry) => entry?.state === 'paused');
      const value = performance.now() - start;
      const { longestOwn } = stopWatching();
      measured({ name: 'model of 1 GB: cancel', value, unit: 'ms', limit: 4_000, slowdown: factor });
      measured({
        name: "model of 1 GB: longest pause of the host's event loop",
        value: longestOwn,
        unit: 'ms',
        limit: FLUID,
      });
    });
  });
}

export function run(): Promise<void> {
  return runMocha(() => {
    measurements();
    return Promise.resolve();
  });
}
