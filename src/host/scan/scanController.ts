/** @file Runs scans in the engine process and keeps the store, and what is on disk, up to date. */
import { randomUUID } from 'node:crypto';
import type * as vscode from 'vscode';
import type { ScanReport } from '../../engine/report/scanReport';
import { JobQueue } from '../../runner/client/jobQueue';
import type { ModelAndSamples } from '../../runner/protocol/protocol';
import type { RuntimeRequest } from '../../runner/runtimes/runtimes';
import { isCancelled, logError, sentenceOf } from '../support/errors';
import { readSettings } from '../support/settings';
import { ResultAge } from './resultAge';
import type { FileState, ResultStorage } from './resultStorage';
import { SavedScans } from './savedScans';
import type { ScanEngine } from './scanEngine';
import { ScanEntries } from './scanEntries';
import { fileState, isSame, storedOrder, taskOf, type ScanOrder } from './scanOrder';
import { ScanRestorer } from './scanRestorer';
import { ScanRun } from './scanRun';
import type { ScanStore } from './scanStore';

export type { ScanEngine };

export class ScanController implements vscode.Disposable {
  readonly #runs = new Map<string, ScanRun>();
  /** Orders reach the engine as they came, however long the disk takes for each. */
  readonly #arrivals = new JobQueue();
  readonly #entries: ScanEntries;
  readonly #saved: SavedScans;
  readonly #age: ResultAge;
  readonly #restorer: ScanRestorer;

  constructor(
    store: ScanStore,
    storage: ResultStorage,
    private readonly engine: () => Promise<ScanEngine>,
    private readonly log: vscode.LogOutputChannel,
    /** Folder of checkpoints. */
    private readonly checkpoints: string,
  ) {
    this.#entries = new ScanEntries(store);
    this.#saved = new SavedScans(storage, log);
    this.#age = new ResultAge(this.#entries, this.#saved, engine);
    this.#restorer = new ScanRestorer(this.#entries, this.#saved, this.#age);
  }

  isActive(uri: vscode.Uri): boolean {
    return this.#runs.has(uri.toString());
  }

  /** How the model was scanned last. */
  orderOf(uri: vscode.Uri): ScanOrder | undefined {
    return this.#entries.orderOf(uri);
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
    const run = new ScanRun(order, this.#entries);
    signal?.addEventListener('abort', () => {
      run.stop();
    });
    this.#runs.set(order.uri.toString(), run);
    run.begin();
    try {
      const { file, scanning } = await this.#arrivals.run(async () => {
        const state = await fileState(order.uri);
        await this.#saved.save({ ...storedOrder(order), file: state });
        const engine = await this.engine();
        return { file: state, scanning: this.#scan(run, engine) };
      });
      const report = await scanning;
      await this.#finish(run, report, file);
      return report;
    } catch (error) {
      // Before the entry says that it is over, so that it can be resumed at once.
      this.#end(run);
      if (this.#entries.disposed) return undefined;
      if (run.gone) this.#entries.forget(run.order.uri);
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
    const run = new ScanRun(order, this.#entries);
    run.begin();
    await this.#finish(run, report, file);
  }

  /** What is finished is kept; the entry is `paused` soon after. */
  stop(uri: vscode.Uri): void {
    this.#runs.get(uri.toString())?.stop();
  }

  stopAll(): void {
    for (const run of this.#runs.values()) run.stop();
  }

  /** Takes a result off the list and from the disk. */
  async remove(uri: vscode.Uri): Promise<void> {
    if (this.isActive(uri)) return;
    this.#entries.forget(uri);
    await this.#saved.remove(uri);
  }

  /** Puts another report beside that of this model, as the one before, until it is scanned again or the window is closed. */
  compare(uri: vscode.Uri, before: ScanReport): void {
    this.#entries.compare(uri, before);
  }

  /** Brings back what earlier windows left; the models may have changed or gone since. */
  async restore(): Promise<void> {
    await this.#restorer.restoreAll();
  }

  /** A file has appeared under this name. */
  async appeared(uri: vscode.Uri): Promise<void> {
    if (this.#entries.get(uri) !== undefined) return this.changed(uri);
    await this.#restorer.restore(uri);
  }

  /** The file has another content now, or may have. */
  async changed(uri: vscode.Uri): Promise<void> {
    const run = this.#runs.get(uri.toString());
    if (run !== undefined) {
      run.changed = true;
      return;
    }
    const result = await this.#saved.load(uri);
    if (result?.report !== undefined) await this.#age.judge(result);
  }

  /** The file is gone: a scan of it is stopped; a result stays on disk in case that the file comes back. */
  gone(uri: vscode.Uri): void {
    const run = this.#runs.get(uri.toString());
    if (run === undefined) {
      this.#entries.forget(uri);
      return;
    }
    run.gone = true;
    run.stop();
  }

  /** Scan and result follow the file. */
  async renamed(from: vscode.Uri, to: vscode.Uri): Promise<void> {
    const order = this.orderOf(from);
    if (order === undefined || this.#entries.get(from) === undefined) return;
    const moved = { ...order, uri: to };
    const run = this.#runs.get(from.toString());
    if (run !== undefined) {
      run.order = moved;
      this.#runs.delete(from.toString());
      this.#runs.set(to.toString(), run);
    }
    this.#entries.move(from, moved);
    await this.#saved.move(from, moved);
  }

  dispose(): void {
    this.#entries.dispose();
    this.stopAll();
  }

  /** Leaves a newer run of the same model alone. */
  #end(run: ScanRun): void {
    const key = run.order.uri.toString();
    if (this.#runs.get(key) === run) this.#runs.delete(key);
  }

  #scan(run: ScanRun, engine: ScanEngine): Promise<ScanReport> {
    const { uri } = run.order;
    this.log.info(`Scan of ${uri.fsPath} with samples ${run.order.samples.data ?? '(none)'}`);
    return engine.scan(
      {
        ...taskOf(run.order),
        id: randomUUID(),
        settings: readSettings(uri).scan,
        checkpoints: this.checkpoints,
        resume: true,
      },
      run.listener(),
    );
  }

  async #finish(run: ScanRun, report: ScanReport, file: FileState): Promise<void> {
    const { order } = run;
    // Watchers also report, late, what was written before the scan began.
    const outdated = run.changed && !isSame(file, await fileState(order.uri).catch(() => undefined));
    this.#end(run);
    this.log.info(`${report.model.file}: ${report.verdict}. ${report.reasons.join(' ')}`);
    run.show({ state: 'done', report, labels: report.labels, running: [], ...(outdated && { outdated }) });
    const result = { ...storedOrder(order), file, report };
    await this.#saved.save(result);
    if (outdated) await this.#age.judge(result);
  }

  async #pause(run: ScanRun): Promise<void> {
    this.log.info(`Scan of ${run.order.uri.fsPath} stopped; what is finished is kept.`);
    run.show({ state: 'paused', running: [] });
    await this.#saved.saveUnfinished(run);
  }

  async #fail(run: ScanRun, error: unknown): Promise<void> {
    logError(this.log, error);
    const sentence = sentenceOf(error);
    run.show({ state: 'failed', running: [], error: sentence });
    await this.#saved.saveUnfinished(run, sentence);
  }
}
