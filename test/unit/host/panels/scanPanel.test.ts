import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CurvePoint } from '../../../../src/engine/report/scanReport';
import { registerPanels, showScanPanel } from '../../../../src/host/panels';
import { SCAN_PANEL } from '../../../../src/host/panels/scanPanel';
import { ScanStore } from '../../../../src/host/scan/scanStore';
import { COMMANDS } from '../../../../src/shared/contributions';
import type { ScanEntry } from '../../../../src/shared/scanEntry';
import { fakeLog, recorded, resetVscode, Uri } from '../../../support/fakeVscode';
import { FakeWebviewPanel } from '../../../support/fakeWebviewPanel';
import { ROOT } from '../../../support/project';
import { infectedReport } from '../../../support/sampleReports';
import { temporaryFolder } from '../../../support/temporaryFolder';

beforeEach(resetVscode);

const MODEL = Uri.parse('file:///models/net.onnx');
const KEY = MODEL.toString();
const running: ScanEntry = { uri: KEY, name: 'net.onnx', state: 'running', labels: [], running: [] };
const done: ScanEntry = { ...running, state: 'done', labels: infectedReport.labels, report: infectedReport };

interface PanelsUnderTest {
  readonly store: ScanStore;
  readonly log: ReturnType<typeof fakeLog>;
}

function panelsUnderTest(...entries: readonly ScanEntry[]): PanelsUnderTest {
  const store = new ScanStore();
  const log = fakeLog();
  for (const entry of entries) store.set(entry);
  const context = { extensionUri: Uri.file(ROOT), subscriptions: [] };
  registerPanels(context as never, { store, log, context } as never);
  return { store, log };
}

/** A panel that is shown and whose webview has started. */
function openPanel(target?: Parameters<typeof showScanPanel>[1]): FakeWebviewPanel {
  showScanPanel(MODEL as never, target);
  const panel = recorded.panels.at(-1)!;
  panel.says({ type: 'ready' });
  return panel;
}

describe('the scan panel', () => {
  it('sends the scan without what is large, and that when it is asked for', () => {
    panelsUnderTest(done);
    const panel = openPanel();
    expect(panel.got.map(({ type }) => type)).toEqual(['start', 'scan', 'live']);
    expect(JSON.stringify(panel.gotOf('scan')[0]!.scan)).not.toContain('"mask"');
    panel.says({ type: 'needDetails', labels: [7, 3, 999] });
    const details = panel.gotOf('details').map((message) => message.details);
    expect(details.map(({ label }) => label).sort()).toEqual([3, 7]);
    expect(details.every(({ trigger }) => trigger !== undefined)).toBe(true);
  });

  it('sends what changes often by itself, and the rest only where it has changed', async () => {
    const { store } = panelsUnderTest(running);
    const panel = openPanel();
    const point: CurvePoint = { update: 1, l1: 9, success: 0.5, lambda: 0.001 };
    for (let i = 1; i <= 20; i++) {
      store.set({ ...running, running: [{ label: 0, curve: Array.from({ length: i }, () => point) }] });
    }
    await expect.poll(() => panel.gotOf('live').at(-1)?.live.running[0]?.curve.length).toBe(20);
    // Twenty changes at once are one message.
    expect(panel.gotOf('live')).toHaveLength(2);
    expect(panel.gotOf('scan')).toHaveLength(1);
    store.set({ ...done, labels: infectedReport.labels });
    await expect.poll(() => panel.gotOf('scan').at(-1)?.scan.state).toBe('done');
    store.set({ ...done, before: infectedReport });
    await expect.poll(() => panel.gotOf('scan').at(-1)?.scan.before?.verdict).toBe('infected');
  });

  it('leaves other models alone', async () => {
    const { store } = panelsUnderTest(done);
    const panel = openPanel();
    const before = panel.gotOf('scan').length;
    store.set({ ...done, uri: 'file:///models/other.onnx', state: 'failed' });
    store.set({ ...done, state: 'paused' });
    await expect.poll(() => panel.gotOf('scan').at(-1)?.scan.state).toBe('paused');
    expect(panel.gotOf('scan')).toHaveLength(before + 1);
    expect(JSON.stringify(panel.got)).not.toContain('other.onnx');
  });

  it('is one for each model, which comes to the front', () => {
    panelsUnderTest(done);
    const panel = openPanel();
    showScanPanel(MODEL as never);
    expect(recorded.panels).toEqual([panel]);
    expect(panel.revealed).toBe(2);
    panel.dispose();
    showScanPanel(MODEL as never);
    expect(recorded.panels).toHaveLength(2);
  });

  it('brings a label in sight once, also in a webview that starts late or is hidden', () => {
    panelsUnderTest(done);
    const panel = openPanel(7);
    const revealed = (): unknown[] => panel.gotOf('reveal').map(({ target }) => target);
    expect(revealed()).toEqual([7]);
    showScanPanel(MODEL as never, 'comparison');
    expect(revealed()).toEqual([7, 'comparison']);
    // What the user chose since then must not be lost when the webview is made anew.
    panel.says({ type: 'ready' });
    expect(revealed()).toEqual([7, 'comparison']);
    panel.visible = false;
    showScanPanel(MODEL as never, 3);
    expect(revealed()).toEqual([7, 'comparison']);
    panel.says({ type: 'ready' });
    expect(revealed()).toEqual([7, 'comparison', 3]);
  });

  it('does what its buttons say, and nothing else', async () => {
    panelsUnderTest(done);
    const panel = openPanel();
    for (const action of ['scan', 'cancel', 'resume', 'repair', 'discardRepair'] as const) {
      panel.says({ type: 'action', action });
    }
    await expect
      .poll(() => recorded.executed.map(([command]) => command))
      .toEqual([COMMANDS.scan, COMMANDS.stop, COMMANDS.resume, COMMANDS.repair]);
    expect(recorded.executed.every(([, uri]) => uri === MODEL)).toBe(true);
  });

  it('ignores what is no message, with a line in the log', () => {
    const { log } = panelsUnderTest(done);
    const panel = openPanel();
    panel.says({ type: 'action', action: 'format the disk' } as never);
    expect(recorded.executed).toEqual([]);
    expect(log.lines).toEqual(['A panel sent a message that cannot be understood; it was ignored.']);
  });

  it('saves report and charts', async () => {
    panelsUnderTest(done);
    const panel = openPanel();
    const folder = await temporaryFolder();
    recorded.dialogAnswers.push(Uri.file(path.join(folder, 'a.json')), Uri.file(path.join(folder, 'b.svg')));
    panel.says({ type: 'exportReport', format: 'json' });
    await expect.poll(() => recorded.messages).toEqual(['The report was saved as a.json.']);
    panel.says({ type: 'exportChart', format: 'svg', name: 'anomaly index', data: '<svg/>' });
    await expect.poll(() => fs.readFile(path.join(folder, 'b.svg'), 'utf8').catch(() => '')).toBe('<svg/>');
  });

  it('says plainly when a file cannot be written', async () => {
    panelsUnderTest(done);
    const panel = openPanel();
    recorded.dialogAnswers.push(Uri.file('/nowhere/b.svg'));
    panel.says({ type: 'exportChart', format: 'svg', name: 'x', data: '<svg/>' });
    await expect.poll(() => recorded.messages.length).toBe(1);
    expect(recorded.messages[0]).toBe(
      '/nowhere/b.svg: the chart cannot be written (its folder does not exist). Choose another place.',
    );
  });

  it('comes back after a reload with its model, and goes where it has none', () => {
    panelsUnderTest(done);
    const serializer = recorded.serializers.get(SCAN_PANEL)!;
    const [restored, lost] = [new FakeWebviewPanel(SCAN_PANEL, ''), new FakeWebviewPanel(SCAN_PANEL, '')];
    serializer.deserializeWebviewPanel(restored, { uri: KEY, tab: 'charts' });
    restored.says({ type: 'ready' });
    expect(restored.gotOf('scan')[0]!.scan.uri).toBe(KEY);
    serializer.deserializeWebviewPanel(lost, { tab: 'charts' });
    expect(lost.closed).toBe(true);
    // Not a second panel of the same model.
    showScanPanel(MODEL as never);
    expect(recorded.panels).toEqual([]);
    expect(restored.revealed).toBe(1);
  });
});
