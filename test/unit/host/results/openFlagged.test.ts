import { beforeEach, describe, expect, it } from 'vitest';
import { openFlaggedModels } from '../../../../src/host/results/openFlagged';
import { ScanStore } from '../../../../src/host/scan/scanStore';
import { MODEL_EDITOR } from '../../../../src/shared/contributions';
import type { ScanEntry } from '../../../../src/shared/scanEntry';
import {
  commands,
  type FakeTab,
  fakeLog,
  recorded,
  resetVscode,
  TabInputCustom,
  TabInputText,
  Uri,
} from '../../../support/fakeVscode';
import { infectedReport } from '../../../support/sampleReports';

beforeEach(resetVscode);

const MODEL = 'file:///models/net.onnx';

function storeWith(uri: string, change: Partial<ScanEntry> = {}): ScanStore {
  const store = new ScanStore();
  const labels = infectedReport.labels;
  store.set({ uri, name: 'net', state: 'done', labels, running: [], report: infectedReport, ...change });
  return store;
}

/** Opens a tab in the second column, and waits for what follows. */
async function openTab(input: unknown): Promise<FakeTab> {
  const tabs: FakeTab[] = [];
  const tab = { input, isPreview: true, group: { viewColumn: 2, tabs } };
  tabs.push(tab);
  recorded.changedTabs.fire({ opened: [tab] });
  await new Promise((resolve) => setTimeout(resolve, 0));
  return tab;
}

describe('the text editor of a flagged model', () => {
  it('makes way for our view of it, in the same place', async () => {
    openFlaggedModels(storeWith(MODEL), fakeLog() as never);
    const tab = await openTab(new TabInputText(Uri.parse(MODEL)));
    expect(recorded.executed).toEqual([
      ['vscode.openWith', Uri.parse(MODEL), MODEL_EDITOR, { viewColumn: 2, preview: true }],
    ]);
    expect(recorded.closedTabs).toEqual([tab]);
  });

  it.each<[string, ScanStore, unknown]>([
    ['of a model without a result', new ScanStore(), new TabInputText(Uri.parse(MODEL))],
    ['of a model whose result is outdated', storeWith(MODEL, { outdated: true }), new TabInputText(Uri.parse(MODEL))],
    [
      'of a clean model',
      storeWith(MODEL, { report: { ...infectedReport, flagged: [], labels: [], verdict: 'clean' } }),
      new TabInputText(Uri.parse(MODEL)),
    ],
    [
      'of a model.json, which is text',
      storeWith('file:///models/model.json'),
      new TabInputText(Uri.parse('file:///models/model.json')),
    ],
    ['that is our own', storeWith(MODEL), new TabInputCustom(Uri.parse(MODEL), MODEL_EDITOR)],
  ])('stays where it is one %s', async (_what, store, input) => {
    openFlaggedModels(store, fakeLog() as never);
    await openTab(input);
    expect(recorded.executed).toEqual([]);
    expect(recorded.closedTabs).toEqual([]);
  });

  it('stays when ours cannot be opened, with a line in the log', async () => {
    const log = fakeLog();
    openFlaggedModels(storeWith(MODEL), log as never);
    const { executeCommand } = commands;
    commands.executeCommand = () => Promise.reject(new Error('no such editor'));
    await openTab(new TabInputText(Uri.parse(MODEL)));
    commands.executeCommand = executeCommand;
    expect(recorded.closedTabs).toEqual([]);
    expect(log.lines).toEqual(['The overview of /models/net.onnx cannot be opened: Error: no such editor']);
  });
});
