import * as fs from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { CancelledError, UsageError } from '../../../../src/engine/support/errors';
import type { RepairReport } from '../../../../src/engine/report/repairReport';
import type { ScanReport } from '../../../../src/engine/report/scanReport';
import { RepairPanel } from '../../../../src/host/repair/repairPanel';
import type { RepairListener, SaveRepairListener } from '../../../../src/runner/client/client';
import { COMMANDS } from '../../../../src/shared/contributions';
import type { RepairView } from '../../../../src/shared/panelMessages';
import { choose } from '../../../support/fakeQuickPick';
import { recorded, resetVscode, Uri } from '../../../support/fakeVscode';
import { FakeWebviewPanel } from '../../../support/fakeWebviewPanel';
import { hostUnderTest } from '../../../support/hostServices';
import { ROOT } from '../../../support/project';
import { cleanReport, infectedReport } from '../../../support/sampleReports';

beforeEach(resetVscode);

const report = { labels: [7], notes: [], rounds: [] } as unknown as RepairReport;
const rounds = report.rounds;

/** A scanned model, its repair panel, and an engine whose saving is driven by hand. */
async function panelUnderTest(scanned = infectedReport) {
  const host = await hostUnderTest();
  const { scans, engine, order, folder } = host;
  const run = scans.run(order);
  (await engine.last()).resolve(scanned);
  await run;
  const saving: {
    readonly listener: SaveRepairListener;
    readonly resolve: (report: RepairReport) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  const discarded: string[] = [];
  const fake = {
    repair: (_task: unknown, listener: RepairListener) => {
      listener.onProgress?.({ phase: 'scanning', done: 1, total: 2, rounds });
      return Promise.resolve(report);
    },
    saveRepair: async ({ out }: { out: string }, listener: SaveRepairListener) => {
      await fs.writeFile(out, 'repaired weights');
      return new Promise<RepairReport>((resolve, reject) => saving.push({ listener, resolve, reject }));
    },
    discardRepair: (id: string) => Promise.resolve(void discarded.push(id)),
  };
  const webview = new FakeWebviewPanel('repair', 'Repair');
  const context = { extensionUri: Uri.file(ROOT), subscriptions: [] };
  const services = { ...host, context, engine: () => Promise.resolve(fake) };
  const panel = new RepairPanel(webview as never, order.uri, services as never);
  webview.says({ type: 'ready' });
  const shown = (): RepairView | undefined => webview.gotOf('repair').at(-1)?.repair;
  const state = () => expect.poll(() => shown()?.state);
  const copy = Uri.file(`${folder}/net.repaired.onnx`);
  return {
    ...host,
    webview,
    panel,
    saving,
    discarded,
    copy,
    shown,
    state,
    /** Computes the repair and begins to save it as `copy`. */
    save: async () => {
      recorded.pickAnswers.push(choose('Prune'));
      recorded.dialogAnswers.push(copy);
      await panel.show();
      await state().toBe('ready');
      webview.says({ type: 'saveRepair' });
      await expect.poll(() => saving.length).toBe(1);
      await state().toBe('saving');
      return saving[0]!;
    },
  };
}

describe('a repair panel', () => {
  it('that came back after a reload says what became of its repair, and offers another', async () => {
    const { webview, shown, order } = await panelUnderTest();
    expect(shown()).toEqual({ uri: order.uri.toString(), name: 'net.onnx', state: 'lost', labels: [] });
    webview.says({ type: 'action', action: 'repair' });
    expect(recorded.executed).toContainEqual([COMMANDS.repair, order.uri]);
  });

  it('says nothing of the kind once it was asked for a repair', async () => {
    const { panel, webview, state } = await panelUnderTest();
    recorded.pickAnswers.push(choose('Prune'));
    await panel.show();
    await state().toBe('ready');
    webview.got.length = 0;
    webview.says({ type: 'ready' });
    await state().toBe('ready');
    expect(webview.gotOf('repair').map(({ repair }) => repair.state)).not.toContain('lost');
  });

  it.each([
    [infectedReport, ['Automatic', 'Unlearn', 'Prune', 'I-BAU', 'ANP', 'Fine-prune']],
    [cleanReport, ['I-BAU', 'ANP']],
  ])('offers what needs no trigger where none is known: %#', async (scanned, methods) => {
    const { panel, state } = await panelUnderTest(scanned);
    let offered: readonly string[] = [];
    recorded.pickAnswers.push((pick) => {
      offered = pick.items.map(({ label }) => /\((.*)\)$/.exec(label)?.[1] ?? label);
      choose(pick.items[0]!.label)(pick);
    });
    await panel.show();
    await state().toBe('ready');
    expect(offered).toEqual(methods);
  });

  it('shows the scan of the saved copy as a result, and scans nothing twice', async () => {
    const { save, webview, state, store, engine, key, copy } = await panelUnderTest();
    const { listener, resolve } = await save();
    const scan: ScanReport = { ...cleanReport, model: { ...cleanReport.model, file: 'net.repaired.onnx' } };
    listener.onScan?.(scan);
    resolve({ ...report, rescan: { verdict: 'clean', flagged: [] } });
    await state().toBe('saved');
    expect(store.get(copy.toString())).toMatchObject({ state: 'done', report: scan, before: infectedReport });
    webview.says({ type: 'action', action: 'openScan' });
    await expect.poll(() => recorded.executed.map(String)).toContain(`${COMMANDS.showResult},${copy.toString()}`);
    expect(engine.scans).toHaveLength(1);
    expect(store.get(key)!.report).toBe(infectedReport);
  });

  it('scans the saved copy on demand where that was skipped', async () => {
    const { save, webview, state, store, engine, copy } = await panelUnderTest();
    const { listener, resolve } = await save();
    // Nothing is on disk for certain yet.
    webview.says({ type: 'action', action: 'stopRepair' });
    expect(listener.signal?.aborted).toBe(false);
    listener.onProgress?.({ phase: 'scanning', done: 1, total: 10, rounds });
    webview.says({ type: 'action', action: 'stopRepair' });
    expect(listener.signal?.aborted).toBe(true);
    resolve(report);
    await state().toBe('saved');
    expect(store.get(copy.toString())).toBeUndefined();
    webview.says({ type: 'action', action: 'openScan' });
    const { task, resolve: finish } = await engine.last(2);
    expect(task.model).toBe(copy.fsPath);
    finish(cleanReport);
    await expect.poll(() => recorded.executed.map(String)).toContain(`${COMMANDS.showResult},${copy.toString()}`);
    expect(store.get(copy.toString())!.before).toBe(infectedReport);
  });

  it.each([
    ['the engine had to be killed to skip the scan', new CancelledError(), undefined],
    ['the scan went wrong', new UsageError('no memory is left'), 'No memory is left.'],
  ])('knows the copy as saved where %s', async (_name, error, sentence) => {
    const { save, state, shown, discarded } = await panelUnderTest();
    const { listener, reject } = await save();
    listener.onProgress?.({ phase: 'scanning', done: 1, total: 10, rounds });
    reject(error);
    await state().toBe('saved');
    expect(shown()!.error).toBe(sentence);
    await expect.poll(() => discarded.length).toBe(1);
  });

  it('can save elsewhere where the file could not be written', async () => {
    const { save, webview, state, shown, saving, copy } = await panelUnderTest();
    const { reject } = await save();
    reject(new UsageError('the disk is full'));
    await state().toBe('ready');
    expect(shown()!.error).toBe('The disk is full.');
    recorded.dialogAnswers.push(copy);
    webview.says({ type: 'saveRepair' });
    await expect.poll(() => saving.length).toBe(2);
    saving[1]!.resolve(report);
    await state().toBe('saved');
  });

  it('goes on saving when it is closed, and lets go of what nobody saved', async () => {
    const { save, webview, saving, discarded } = await panelUnderTest();
    const { listener } = await save();
    webview.dispose();
    expect(listener.signal?.aborted).toBe(false);
    expect(saving).toHaveLength(1);
    expect(discarded).toEqual([]);

    const other = await panelUnderTest();
    recorded.pickAnswers.push(choose('Prune'));
    await other.panel.show();
    await other.state().toBe('ready');
    other.webview.dispose();
    await expect.poll(() => other.discarded.length).toBe(1);
  });
});
