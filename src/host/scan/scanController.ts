/** @file Runs scans in the engine process and keeps the store, and what is on disk, up to date. */
import { randomUUID } from 'node:crypto';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { CurvePoint, ScanReport } from '../../engine/report/scanReport';
import type { EngineClient } from '../../runner/client/client';
import type { ModelAndSamples } from '../../runner/protocol/protocol';
import type { RuntimeRequest } from '../../runner/runtimes/runtimes';
import type { ScanEntry } from '../../shared/scanEntry';
import { isCancelled, logError, sentenceOf } from '../support/errors';
import type { FileState, ResultStorage, StoredResult } from './resultStorage';
import type { ScanStore } from './scanStore';
import { fileState, isSame, storedOrder, taskOf, type ScanOrder } from './scanOrder';
import { readSettings } from '../support/settings';

interface Run {
  order: ScanOrder;
  readonly abort: AbortController;
  readonly curves: Map<number, CurvePoint[]>;
  /** The file was replaced while it was scanned. */
  changed: boolean;
  /** The file is gone: there is nothing to keep. */
  gone: boolean;
}

/** Only what a controller needs of the engine; tests have one of their own. */
export type ScanEngine = Pick<EngineClient, 'scan' | 'inspect'>;

export class ScanController implements vscode.Disposable {
  readonly #runs = new Map<string, Run>();
  /** The last order of each model in the store. */
  readonly #orders = new Map<string, ScanOrder>();
  #disposed = false;

  constructor(
    private readonly store: ScanStore,
    private readonly storage: ResultStorage,
    private readonly engine: () => Promise<ScanEngine>,
    private readonly log: vscode.LogOutputChannel,
    /** Folder of checkpoints. */
    private readonly checkpoints: string,
  ) {}

  isActive(uri: vscode.Uri): boolean {
    return this.#runs.has(uri.toString());
  }

  /** How the model was scanned last. */
  orderOf(uri: vscode.Uri): ScanOrder | undefined {
    return this.#orders.get(uri.toString());
  }

  /** Model, samples and runtime as the engine wants them; `undefined` for a model that was never scanned. */
  taskOf(uri: vscode.Uri): (ModelAndSamples & { readonly runtime: RuntimeRequest }) | undefined {
    const order = this.orderOf(uri);
    return order === undefined ? undefined : taskOf(order);
  }

  /**
   * Queues a scan that goes on where an earlier one of the same model, samples and settings stopped. Resolves with the report,
   * or with `undefined` when it was stopped; what else goes wrong is rejected, and shown by the entry as well.
   */
  async run(order: ScanOrder, signal?: AbortSignal): Promise<ScanReport | undefined> {
    const run = newRun(order);
    signal?.addEventListener('abort', () => {
      run.abort.abort();
    });
    this.#runs.set(order.uri.toString(), run);
    this.#begin(run);
    try {
      const file = await fileState(order.uri);
      await this.#keep({ ...storedOrder(order), file });
      const report = await this.#scan(run);
      await this.#finish(run, report, file);
      return report;
    } catch (error) {
      // Before the entry says that it is over, so that it can be resumed at once.
      this.#end(run);
      if (this.#disposed) return undefined;
      if (run.gone) this.#forget(run.order.uri);
      else if (isCancelled(error)) await this.#pause(run);
      else await this.#fail(run, error);
      if (isCancelled(error)) return undefined;
      throw error;
    } finally {
      this.#end(run);
    }
  }

  /** Shows and keeps the report of a scan that ran elsewhere; while one of the same model runs here, that one counts. */
  async adopt(order: ScanOrder, report: ScanReport): Promise<void> {
    const file = await fileState(order.uri);
    if (this.isActive(order.uri)) return;
    const run = newRun(order);
    this.#begin(run);
    await this.#finish(run, report, file);
  }

  /** What is finished is kept; the entry is `paused` soon after. */
  stop(uri: vscode.Uri): void {
    this.#runs.get(uri.toString())?.abort.abort();
  }

  stopAll(): void {
    for (const { abort } of this.#runs.values()) abort.abort();
  }

  /** Takes a result off the list and from the disk. */
  async remove(uri: vscode.Uri): Promise<void> {
    if (this.isActive(uri)) return;
    this.#forget(uri);
    await this.storage.remove(uri.toString());
  }

  /** Puts another report beside that of this model, as the one before, until it is scanned again or the window is closed. */
  compare(uri: vscode.Uri, before: ScanReport): void {
    const entry = this.store.get(uri.toString());
    if (entry !== undefined) this.store.set({ ...entry, before });
  }

  /** Brings back what earlier windows left; the models may have changed or gone since. */
  async restore(): Promise<void> {
    const results = await this.storage.all((file, error) => {
      this.log.warn(`The saved result ${file} cannot be read: ${String(error)}`);
    });
    for (const result of results) await this.#restoreOne(result);
  }

  /** A file has appeared under this name. */
  async appeared(uri: vscode.Uri): Promise<void> {
    const key = uri.toString();
    if (this.store.get(key) !== undefined) return this.changed(uri);
    const result = await this.storage.load(key);
    if (result !== undefined) await this.#restoreOne(result);
  }

  /** The file has another content now, or may have. */
  async changed(uri: vscode.Uri): Promise<void> {
    const key = uri.toString();
    const run = this.#runs.get(key);
    if (run !== undefined) {
      run.changed = true;
      return;
    }
    const result = await this.storage.load(key);
    if (result?.report !== undefined) await this.#judgeAge(result);
  }

  /** The file is gone: a scan of it is stopped; a result stays on disk in case that the file comes back. */
  gone(uri: vscode.Uri): void {
    const run = this.#runs.get(uri.toString());
    if (run === undefined) {
      this.#forget(uri);
      return;
    }
    run.gone = true;
    run.abort.abort();
  }

  /** Scan and result follow the file. */
  async renamed(from: vscode.Uri, to: vscode.Uri): Promise<void> {
    const [oldKey, newKey] = [from.toString(), to.toString()];
    const order = this.#orders.get(oldKey);
    const entry = this.store.get(oldKey);
    if (order === undefined || entry === undefined) return;
    const moved = { ...order, uri: to };
    const run = this.#runs.get(oldKey);
    if (run !== undefined) {
      run.order = moved;
      this.#runs.delete(oldKey);
      this.#runs.set(newKey, run);
    }
    this.#forget(from);
    this.#orders.set(newKey, moved);
    this.store.set({ ...entry, uri: newKey, name: nameOf(to) });
    const stored = await this.storage.load(oldKey);
    if (stored !== undefined) await this.#keep({ ...stored, uri: newKey, samples: moved.samples });
    await this.storage.remove(oldKey);
  }

  dispose(): void {
    this.#disposed = true;
    this.stopAll();
  }

  #begin(run: Run): void {
    this.#orders.set(run.order.uri.toString(), run.order);
    this.#show(run, { state: 'queued' });
  }

  /** Leaves a newer run of the same model alone. */
  #end(run: Run): void {
    const key = run.order.uri.toString();
    if (this.#runs.get(key) === run) this.#runs.delete(key);
  }

  async #scan(run: Run): Promise<ScanReport> {
    const { uri } = run.order;
    const engine = await this.engine();
    this.log.info(`Scan of ${uri.fsPath} with samples ${run.order.samples.data}`);
    return engine.scan(
      {
        ...taskOf(run.order),
        id: randomUUID(),
        settings: readSettings(uri).scan,
        checkpoints: this.checkpoints,
        resume: true,
      },
      {
        signal: run.abort.signal,
        onStart: () => {
          this.#show(run, { state: 'preparing' });
        },
        onProgress: (progress) => {
          for (const { label, latest } of progress.current) {
            const curve = run.curves.get(label) ?? [];
            run.curves.set(label, curve);
            if (latest !== undefined && curve.at(-1)?.update !== latest.update) curve.push(latest);
          }
          const running = progress.current.map(({ label }) => ({ label, curve: [...(run.curves.get(label) ?? [])] }));
          this.#show(run, { state: 'running', progress, running });
        },
        onLabel: (result) => {
          const labels = this.#entry(run)?.labels ?? [];
          this.#show(run, {
            state: 'running',
            labels: [...labels.filter(({ label }) => label !== result.label), result],
          });
        },
      },
    );
  }

  async #finish(run: Run, report: ScanReport, file: FileState): Promise<void> {
    const { order } = run;
    // Watchers also report, late, what was written before the scan began.
    const outdated = run.changed && !isSame(file, await fileState(order.uri).catch(() => undefined));
    this.#end(run);
    this.log.info(`${report.model.file}: ${report.verdict}. ${report.reasons.join(' ')}`);
    this.#show(run, { state: 'done', report, labels: report.labels, running: [], ...(outdated && { outdated }) });
    const result = { ...storedOrder(order), file, report };
    await this.#keep(result);
    if (outdated) await this.#judgeAge(result);
  }

  async #pause(run: Run): Promise<void> {
    this.log.info(`Scan of ${run.order.uri.fsPath} stopped; what is finished is kept.`);
    this.#show(run, { state: 'paused', running: [] });
    await this.#keepUnfinished(run);
  }

  async #fail(run: Run, error: unknown): Promise<void> {
    logError(this.log, error);
    const sentence = sentenceOf(error);
    this.#show(run, { state: 'failed', running: [], error: sentence });
    await this.#keepUnfinished(run, sentence);
  }

  async #keepUnfinished(run: Run, error?: string): Promise<void> {
    const progress = this.#entry(run)?.progress;
    const file = await fileState(run.order.uri).catch(() => ({ size: 0, modified: 0 }));
    await this.#keep({
      ...storedOrder(run.order),
      file,
      ...(progress !== undefined && { labels: [progress.labelsDone, progress.labelsTotal] as const }),
      ...(error !== undefined && { error }),
    });
  }

  /** A full disk must not cost the result that is on the screen. */
  async #keep(result: StoredResult): Promise<void> {
    try {
      await this.storage.save(result);
    } catch (error) {
      this.log.warn(`The result of ${result.uri} cannot be saved: ${String(error)}`);
    }
  }

  async #restoreOne(result: StoredResult): Promise<void> {
    if (this.store.get(result.uri) !== undefined) return;
    const uri = vscode.Uri.parse(result.uri, true);
    const file = await fileState(uri).catch(() => undefined);
    if (file === undefined) return;
    const { report, samples, sample, repairedFrom, labels, error } = result;
    this.#orders.set(result.uri, {
      uri,
      samples,
      ...(sample !== undefined && { sample }),
      ...(repairedFrom !== undefined && { repairedFrom }),
    });
    const before = this.#before(repairedFrom);
    this.store.set({
      uri: result.uri,
      name: nameOf(uri),
      state: report !== undefined ? 'done' : error !== undefined ? 'failed' : 'paused',
      labels: report?.labels ?? [],
      running: [],
      ...(report !== undefined && { report }),
      ...(report === undefined &&
        labels !== undefined && { unfinished: { labelsDone: labels[0], labelsTotal: labels[1] } }),
      ...(error !== undefined && { error }),
      ...(sample !== undefined && { sample }),
      ...(before !== undefined && { before }),
    });
    if (report !== undefined) await this.#judgeAge(result);
  }

  /** Marks a report whose model has another content now. The hash decides, where size or time have changed. */
  async #judgeAge({ uri: key, file, report, ...rest }: StoredResult): Promise<void> {
    const uri = vscode.Uri.parse(key, true);
    const now = await fileState(uri).catch(() => undefined);
    const mark = (outdated: boolean): void => {
      const entry = this.store.get(key);
      if (entry?.state !== 'done' || (entry.outdated === true) === outdated) return;
      this.store.set({ ...entry, outdated });
    };
    if (now === undefined || report === undefined) return;
    if (isSame(file, now)) {
      mark(false);
      return;
    }
    mark(true);
    if (now.size !== file.size) return;
    // Hashing a large file is work for the engine process.
    const inspection = await this.engine()
      .then((engine) => engine.inspect({ model: uri.fsPath }))
      .catch(() => undefined);
    if (inspection?.sha256 !== report.model.sha256) return;
    mark(false);
    await this.#keep({ ...rest, uri: key, report, file: now });
  }

  #entry(run: Run): ScanEntry | undefined {
    return this.store.get(run.order.uri.toString());
  }

  /** Changes the entry of a run; a new state `queued` starts it afresh. */
  #show(run: Run, change: Partial<ScanEntry> & Pick<ScanEntry, 'state'>): void {
    if (this.#disposed || run.gone) return;
    const { uri, sample, repairedFrom } = run.order;
    const before = this.#before(repairedFrom);
    const start: ScanEntry = {
      uri: uri.toString(),
      name: nameOf(uri),
      state: 'queued',
      labels: [],
      running: [],
      ...(sample !== undefined && { sample }),
      ...(before !== undefined && { before }),
    };
    this.store.set({ ...(change.state === 'queued' ? start : (this.#entry(run) ?? start)), ...change });
  }

  #before(repairedFrom: string | undefined): ScanReport | undefined {
    return repairedFrom === undefined ? undefined : this.store.get(repairedFrom)?.report;
  }

  #forget(uri: vscode.Uri): void {
    this.#orders.delete(uri.toString());
    this.store.remove(uri.toString());
  }
}

function newRun(order: ScanOrder): Run {
  return { order, abort: new AbortController(), curves: new Map(), changed: false, gone: false };
}

function nameOf(uri: vscode.Uri): string {
  return path.posix.basename(uri.path);
}
