/** @file One repair of a model: computed in the engine process, held there until it is saved or discarded. */
import { randomUUID } from 'node:crypto';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { modelName } from '../models/modelName';
import { SAVED_MODEL } from '../../engine/formats/mainFiles';
import type { RepairMethod, RepairProgress } from '../../engine/report/repairReport';
import type { ScanReport } from '../../engine/report/scanReport';
import type { RepairedLabel, RepairView } from '../../shared/panelMessages';
import { isCancelled, logError, sentenceOf, tell } from '../support/errors';
import type { Services } from '../services';

export class RepairRun implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #id = randomUUID();
  /** Of what runs: computing, or saving. */
  #abort = new AbortController();
  #view: RepairView;
  #saved: vscode.Uri | undefined;

  constructor(
    readonly uri: vscode.Uri,
    private readonly scan: ScanReport,
    private readonly services: Services,
  ) {
    this.#view = { uri: uri.toString(), name: modelName(uri), state: 'computing', labels: [] };
  }

  /** The repaired copy, once it is on disk. */
  get saved(): vscode.Uri | undefined {
    return this.#saved;
  }

  get view(): RepairView {
    return { ...this.#view, labels: this.#labels() };
  }

  /** Computes; nothing is written. */
  async start(method: RepairMethod): Promise<void> {
    const task = this.services.scans.taskOf(this.uri);
    if (task === undefined) {
      this.#show({ state: 'failed', error: vscode.l10n.t('The model was not scanned yet. Scan it, then repair it.') });
      return;
    }
    try {
      const engine = await this.services.engine();
      const request = { ...task, id: this.#id, report: this.scan, method };
      const report = await engine.repair(request, { signal: this.#abort.signal, onProgress: this.#progress });
      this.#show({ state: 'ready', report });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** What is computed so far is dropped; once the repaired model is on disk, only the scan of it is. */
  stop(): void {
    const { state, progress } = this.#view;
    if (state === 'computing' || (state === 'saving' && progress?.phase === 'scanning')) this.#abort.abort();
  }

  /** `point`: index into the pruning curve, where it is another than the proposed one. */
  async save(point: number | undefined): Promise<void> {
    if (this.#view.state !== 'ready') return;
    if (!vscode.workspace.isTrusted) {
      tell(
        this.services.log,
        vscode.l10n.t('Repaired models are written only in trusted workspaces. Trust this one first.'),
      );
      return;
    }
    const target = await vscode.window.showSaveDialog({
      title: vscode.l10n.t('Save the repaired model'),
      defaultUri: repairedCopy(this.uri),
    });
    if (target === undefined) return;
    if (target.toString() === this.uri.toString()) {
      tell(
        this.services.log,
        vscode.l10n.t('The original model is never overwritten. Choose another name for the repaired one.'),
      );
      return;
    }
    const copy = mainFile(this.uri, target);
    this.#abort = new AbortController();
    this.#show({ state: 'saving', progress: { phase: 'saving', done: 0, total: 1, rounds: [] } });
    try {
      const engine = await this.services.engine();
      const task = { id: this.#id, out: target.fsPath, ...(point !== undefined && { point }) };
      let adopted = Promise.resolve();
      const onScan = (scan: ScanReport): void => {
        adopted = this.#adopt(copy, scan);
      };
      const report = await engine.saveRepair(task, { onProgress: this.#progress, onScan, signal: this.#abort.signal });
      await adopted;
      this.#saved = copy;
      this.#show({ state: 'saved', report });
    } catch (error) {
      await this.#saveFailed(error, copy);
    }
  }

  async discard(): Promise<void> {
    if (this.#view.state !== 'ready') return;
    this.#show({ state: 'discarded' });
    const engine = await this.services.engine();
    await engine.discardRepair(this.#id);
  }

  dispose(): void {
    // Who closes the panel while it saves wants the file all the same.
    if (this.#view.state === 'computing') this.stop();
    this.discard().catch((error: unknown) => {
      logError(this.services.log, error);
    });
    this.#changed.dispose();
  }

  /** The scan comes after the file is written; before it, the repair is still held, so that another place can be chosen. */
  async #saveFailed(error: unknown, copy: vscode.Uri): Promise<void> {
    const written = this.#view.progress?.phase === 'scanning';
    if (written) this.#saved = copy;
    if (!isCancelled(error)) logError(this.services.log, error);
    this.#show({ state: written ? 'saved' : 'ready', ...(!isCancelled(error) && { error: sentenceOf(error) }) });
    if (written) await (await this.services.engine()).discardRepair(this.#id);
  }

  /** The scan of the repaired copy is a result like any other. */
  async #adopt(copy: vscode.Uri, scan: ScanReport): Promise<void> {
    const { scans, log } = this.services;
    const order = scans.orderOf(this.uri);
    if (order === undefined) return;
    await scans.adopt({ ...order, uri: copy, repairedFrom: this.uri.toString() }, scan).catch((error: unknown) => {
      logError(log, error);
    });
  }

  readonly #progress = (progress: RepairProgress): void => {
    this.#show({ state: this.#view.state, progress });
  };

  #fail(error: unknown): void {
    if (isCancelled(error)) {
      this.#show({ state: 'discarded' });
      return;
    }
    logError(this.services.log, error);
    this.#show({ state: 'failed', error: sentenceOf(error) });
  }

  /** An error is shown until the next change. */
  #show(change: Pick<RepairView, 'state' | 'error' | 'report' | 'progress'>): void {
    const { uri, name, labels, progress, report } = this.#view;
    this.#view = { uri, name, labels, ...(progress && { progress }), ...(report && { report }), ...change };
    this.#changed.fire();
  }

  #labels(): RepairedLabel[] {
    const after = this.#saved && this.services.store.get(this.#saved.toString())?.report;
    const labels = this.#view.report?.labels ?? this.scan.flagged;
    return labels.map((label) => {
      const before = this.scan.labels.find((known) => known.label === label);
      const trigger = after?.labels.find((known) => known.label === label)?.trigger;
      return {
        label,
        ...(before?.name !== undefined && { name: before.name }),
        ...(before?.trigger && { before: before.trigger }),
        ...(trigger && { after: trigger }),
      };
    });
  }
}

/** `model.repaired.h5` beside `model.h5`; for a SavedModel a folder beside its own. */
export function repairedCopy(uri: vscode.Uri): vscode.Uri {
  const { name, ext, base, dir } = path.posix.parse(uri.path);
  if (base === SAVED_MODEL) return vscode.Uri.joinPath(uri, '..', '..', `${path.posix.basename(dir)}.repaired`);
  return vscode.Uri.joinPath(uri, '..', `${name}.repaired${ext}`);
}

/** The file of the copy that is scanned and shown: where a model is a folder, the one that stands for it. */
function mainFile(model: vscode.Uri, copy: vscode.Uri): vscode.Uri {
  const inFolder = model.path.endsWith(`/${SAVED_MODEL}`) && !copy.path.endsWith(`/${SAVED_MODEL}`);
  return inFolder ? vscode.Uri.joinPath(copy, SAVED_MODEL) : copy;
}
