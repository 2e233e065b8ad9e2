import { beforeEach, describe, expect, it } from 'vitest';
import { CancelledError, ModelFormatError } from '../../../src/engine/support/errors';
import { sentenceOf, showError } from '../../../src/host/support/errors';
import { FileBadges } from '../../../src/host/views/fileBadges';
import { Problems } from '../../../src/host/results/problems';
import { resultLink } from '../../../src/host/results/resultLink';
import { ScanStore } from '../../../src/host/scan/scanStore';
import { StatusBar } from '../../../src/host/views/statusBar';
import { modelsOfArguments } from '../../../src/host/targets';
import { CONTEXT_KEYS, EXTENSION_ID } from '../../../src/shared/contributions';
import type { ScanEntry } from '../../../src/shared/scanEntry';
import { fakeLog, recorded, resetVscode, TabInputCustom, Uri } from '../../support/fakeVscode';
import { infectedReport } from '../../support/sampleReports';

const URI = 'file:///models/net.onnx';
const queued: ScanEntry = { uri: URI, name: 'net.onnx', state: 'queued', labels: [], running: [] };
const done: ScanEntry = { ...queued, state: 'done', labels: infectedReport.labels, report: infectedReport };

beforeEach(resetVscode);

describe('problems', () => {
  it('are one per flagged label, with a way to our view', () => {
    const store = new ScanStore();
    const problems = new Problems(store);
    store.set(done);
    const [problem, ...others] = recorded.diagnostics.get(URI)!;
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ severity: 1, source: 'Neural Cleanse' });
    expect(problem!.message).toBe(
      'Backdoor to 7 turn right: a trigger of 9.2 pixels is enough, where the median is 50.0 (index 5.10, p = 0.0004, attack success 99.8 %).',
    );
    expect((problem!.code as { target: Uri }).target.toString()).toContain(`vscode://${EXTENSION_ID}/result?`);
    problems.dispose();
    expect(recorded.diagnostics.size).toBe(0);
  });

  it.each<[string, (store: ScanStore) => void]>([
    [
      'a new scan',
      (store) => {
        store.set(queued);
      },
    ],
    [
      'a change of the file',
      (store) => {
        store.set({ ...done, outdated: true });
      },
    ],
    [
      'the end of the result',
      (store) => {
        store.remove(URI);
      },
    ],
    [
      'a clean result',
      (store) => {
        store.set({ ...done, report: { ...infectedReport, labels: [], verdict: 'clean' } });
      },
    ],
  ])('go with %s', (_name, change) => {
    const store = new ScanStore();
    new Problems(store);
    store.set(done);
    expect(recorded.diagnostics.size).toBe(1);
    change(store);
    expect(recorded.diagnostics.size).toBe(0);
  });

  it('are less loud where the scan is inconclusive', () => {
    const store = new ScanStore();
    new Problems(store);
    store.set({ ...done, report: { ...infectedReport, verdict: 'inconclusive' } });
    expect(recorded.diagnostics.get(URI)![0]).toMatchObject({ severity: 2 });
  });

  it('link to a result by a model and a label that survive the way', () => {
    const model = 'file:///a%20b/%E2%82%AC%26.onnx';
    const parameters = new URLSearchParams(resultLink(model, 7).query);
    expect([parameters.get('model'), parameters.get('label')]).toEqual([model, '7']);
  });
});

describe('badges', () => {
  it.each([
    ['infected', '!'],
    ['clean', '✓'],
    ['inconclusive', '?'],
  ] as const)('of %s models', (verdict, badge) => {
    const store = new ScanStore();
    const badges = new FileBadges(store);
    const of = (): unknown => badges.provideFileDecoration(Uri.parse(URI) as never);
    expect(of()).toBeUndefined();
    store.set({ ...done, report: { ...infectedReport, verdict } });
    expect(of()).toMatchObject({ badge });
    store.set({ ...done, outdated: true });
    expect(of()).toBeUndefined();
  });
});

describe('the status bar', () => {
  it('has one item while scans run', () => {
    const store = new ScanStore();
    new StatusBar(store);
    store.set(queued);
    store.set({ ...queued, uri: 'file:///b.onnx', name: 'b.onnx' });
    const progress = { phase: 'inverting', done: 1, total: 2, labelsDone: 3, labelsTotal: 43, current: [] } as const;
    store.set({ ...queued, state: 'running', progress });
    expect(recorded.statusBar).toEqual({ text: '$(loading~spin) Backdoor scan 3/43 (+1)', visible: true });
    expect(recorded.context.get(CONTEXT_KEYS.running)).toBe(true);
    store.set(done);
    store.remove('file:///b.onnx');
    expect(recorded.statusBar.visible).toBe(false);
    expect(recorded.context.get(CONTEXT_KEYS.running)).toBe(false);
  });
});

describe('errors', () => {
  it('reach the user as one sentence, and cancelling is none', () => {
    const log = fakeLog();
    showError(log as never, new CancelledError());
    expect(recorded.messages).toEqual([]);
    showError(log as never, new ModelFormatError('the file is empty', { file: 'a.onnx', hint: 'Download it again.' }));
    expect(recorded.messages).toEqual(['A.onnx: the file is empty. Download it again.']);
    expect(sentenceOf(new TypeError('x is undefined\n    at y'))).toBe(
      'Something unexpected went wrong: x is undefined. The log has the details.',
    );
    expect(log.lines).toHaveLength(2);
  });
});

describe('what a command is about', () => {
  const [a, b] = ['file:///a.onnx', 'file:///b.onnx'];
  const texts = (...args: unknown[]): string[] => modelsOfArguments(args).map((uri) => uri.toString());

  it('is the selection of the Explorer or the tree, or the clicked item outside of it', () => {
    expect(texts(Uri.parse(a), [Uri.parse(a), Uri.parse(b)])).toEqual([a, b]);
    expect(texts({ kind: 'label', uri: a }, [{ kind: 'model', uri: a }])).toEqual([a]);
    expect(texts({ kind: 'model', uri: b }, [{ kind: 'model', uri: a }])).toEqual([b]);
    expect(texts({ kind: 'model', uri: a }, undefined)).toEqual([a]);
    expect(texts(a)).toEqual([a]);
  });

  it('is the active editor where nothing is handed over', () => {
    expect(texts()).toEqual([]);
    recorded.activeTab = { input: new TabInputCustom(Uri.parse(a), 'x') };
    expect(texts()).toEqual([a]);
    recorded.activeTab = { input: new TabInputCustom(Uri.parse('file:///notes.txt'), 'x') };
    expect(texts()).toEqual([]);
  });

  it('is nothing for what is no URI', () => {
    expect(texts('no uri')).toEqual([]);
    expect(texts({ uri: 7 })).toEqual([]);
  });
});
