import { beforeEach, describe, expect, it } from 'vitest';
import { CancelledError, ModelFormatError } from '../../../../src/engine/support/errors';
import type { ModelInspection } from '../../../../src/engine/inspect/modelInspection';
import { ModelEditorProvider } from '../../../../src/host/panels/modelEditor';
import { ScanStore } from '../../../../src/host/scan/scanStore';
import { COMMANDS } from '../../../../src/shared/contributions';
import type { ModelView } from '../../../../src/shared/panelMessages';
import { fakeLog, recorded, resetVscode, Uri } from '../../../support/fakeVscode';
import { FakeWebviewPanel } from '../../../support/fakeWebviewPanel';
import { ROOT } from '../../../support/project';
import { infectedReport } from '../../../support/sampleReports';

beforeEach(resetVscode);

const MODEL = 'file:///models/net.onnx';
const INSPECTION: ModelInspection = {
  file: 'net.onnx',
  format: 'ONNX',
  bytes: 7,
  sha256: 'ab',
  parameters: 3,
  layers: [],
  findings: [],
};

/** Open on `uri`, with an engine that answers with `results`, one after the other. */
function editorOf(uri: string, results: (ModelInspection | Error)[] = [INSPECTION]) {
  const store = new ScanStore();
  const log = fakeLog();
  const signals: (AbortSignal | undefined)[] = [];
  const engine = {
    inspect: (_task: unknown, signal?: AbortSignal) => {
      signals.push(signal);
      const result = results[signals.length - 1];
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
    },
  };
  const context = { extensionUri: Uri.file(ROOT) };
  const provider = new ModelEditorProvider({ store, log, context, engine: () => Promise.resolve(engine) } as never);
  const panel = new FakeWebviewPanel('model', 'net.onnx');
  provider.resolveCustomEditor(provider.openCustomDocument(Uri.parse(uri) as never), panel as never);
  panel.says({ type: 'ready' });
  const shown = (): ModelView | undefined => panel.gotOf('model').at(-1)?.model;
  return { store, log, signals, panel, shown };
}

describe('the editor of a model file', () => {
  it('shows what the engine says of it', async () => {
    const { shown, panel } = editorOf(MODEL);
    await expect.poll(shown).toEqual({ name: 'net.onnx', inspection: INSPECTION });
    expect(panel.got[0]).toMatchObject({ type: 'start' });
  });

  it('shows its scan as soon as there is one, and leads to it', async () => {
    const { shown, store, panel } = editorOf(MODEL);
    store.set({ uri: MODEL, name: 'net.onnx', state: 'done', labels: [], running: [], report: infectedReport });
    await expect.poll(() => shown()?.scan?.report?.verdict).toBe('infected');
    panel.says({ type: 'action', action: 'openScan' });
    panel.says({ type: 'action', action: 'scan' });
    expect(recorded.executed.map(([command, uri]) => [command, String(uri)])).toEqual([
      [COMMANDS.showResult, MODEL],
      [COMMANDS.scan, MODEL],
    ]);
  });

  it('is no way to do anything else', () => {
    const { panel } = editorOf(MODEL);
    panel.says({ type: 'action', action: 'discardRepair' });
    panel.says({ type: 'saveRepair' });
    expect(recorded.executed).toEqual([]);
  });

  it('says in one sentence why a file cannot be read, until it is another one', async () => {
    const damaged = new ModelFormatError('the file is cut off', { file: 'net.onnx', hint: 'Get it again.' });
    const { shown } = editorOf(MODEL, [damaged, INSPECTION]);
    await expect.poll(shown).toEqual({ name: 'net.onnx', error: 'Net.onnx: the file is cut off. Get it again.' });
    recorded.watchers[0]!.changed.fire(Uri.parse(MODEL));
    await expect.poll(shown).toEqual({ name: 'net.onnx', inspection: INSPECTION });
  });

  it('reads a file once that is being written', async () => {
    const { signals, shown } = editorOf(MODEL, [INSPECTION, { ...INSPECTION, bytes: 8 }]);
    for (let i = 0; i < 5; i++) recorded.watchers[0]!.changed.fire(Uri.parse(MODEL));
    await expect.poll(() => shown()?.inspection?.bytes).toBe(8);
    expect(signals).toHaveLength(2);
  });

  it('says where to put a file that lies on no disk', async () => {
    const { shown, signals } = editorOf('vscode-vfs://github/net.onnx');
    await expect.poll(() => shown()?.error).toContain('Save the model to a folder and open it there');
    expect(signals).toEqual([]);
  });

  it('sends everything again to a webview that was made anew', async () => {
    const { panel, shown } = editorOf(MODEL);
    await expect.poll(shown).toBeDefined();
    panel.got.length = 0;
    panel.says({ type: 'ready' });
    expect(panel.got.map(({ type }) => type)).toEqual(['start', 'model']);
  });

  it('stops reading when it is closed, without a word', async () => {
    const { panel, signals, log, store, shown } = editorOf(MODEL, [new CancelledError()]);
    await expect.poll(() => signals.length).toBe(1);
    panel.dispose();
    expect(signals[0]!.aborted).toBe(true);
    expect(recorded.watchers).toEqual([]);
    store.set({ uri: MODEL, name: 'net.onnx', state: 'queued', labels: [], running: [] });
    expect(shown()).toBeUndefined();
    expect(log.lines).toEqual([]);
  });
});
