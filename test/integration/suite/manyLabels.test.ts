/** @file Models with hundreds and thousands of labels leave the editor fluid. */
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { LabelResult } from '../../../src/engine/report/scanReport';
import { COMMANDS, VIEWS } from '../../../src/shared/contributions';
import type { ScanEntry } from '../../../src/shared/scanEntry';
import { measured } from './environment';
import { watchEventLoop } from './eventLoop';
import { sampleModel, services } from './models';

/** A trigger of 32 × 32 pixels in colour. */
const SIDE = 32;
const floats = (count: number): string => Buffer.from(new Float32Array(count).fill(0.5).buffer).toString('base64');
const trigger = { channels: 3, height: SIDE, width: SIDE, mask: floats(SIDE ** 2), pattern: floats(3 * SIDE ** 2) };

function label(index: number): LabelResult {
  return {
    label: index,
    name: `label ${index}`,
    state: 'found',
    l1: 40 + (index % 17),
    l1PerSeed: [40 + (index % 17)],
    anomalyIndex: 1 - (index % 17) / 8,
    pValue: 0.5,
    attackSuccess: 1,
    flagged: index === 0,
    trigger,
    curve: [{ update: 100, l1: 50, success: 1, lambda: 0.001 }],
  };
}

describe('many labels', () => {
  for (const count of [200, 3_000]) {
    it(`${count} arrive without holding up the editor`, async function () {
      this.timeout(120_000);
      const { store } = await services();
      const uri = sampleModel(`labels-${count}`);
      await vscode.commands.executeCommand(`${VIEWS.results}.focus`);
      const labels = Array.from({ length: count }, (_, i) => label(i));
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
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const { longestOwn } = stopWatching();
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      store.remove(uri.toString());
      measured({ name: `Longest pause with ${count} labels`, value: longestOwn, unit: 'ms', limit: 50 });
    });
  }
});
