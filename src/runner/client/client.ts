/** @file The engine as its callers see it: requests to a process of its own that comes and goes as needed. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { RequestType } from 'vscode-jsonrpc/node';
import type { ScanProgress } from '../../engine/detect/scanJob';
import { CancelledError, UsageError } from '../../engine/support/errors';
import type { IdentifyReport } from '../../engine/identify/identification';
import type { RepairReport } from '../../engine/report/repairReport';
import type { LabelResult, ScanReport } from '../../engine/report/scanReport';
import { EngineConnection, EngineEnded } from './engineConnection';
import { EngineStoppedError } from '../protocol/engineStopped';
import { JobQueue } from './jobQueue';
import {
  calibrateFilterRequest,
  discardRepairRequest,
  doctorRequest,
  identifyRequest,
  inspectRequest,
  labelFinished,
  previewRequest,
  repairProgress,
  repairScanned,
  repairRequest,
  saveFilterRequest,
  saveRepairRequest,
  scanProgress,
  scanRequest,
  type CalibratedFilters,
  type CalibrateFilterTask,
  type DoctorTask,
  type InspectTask,
  type ModelInspection,
  type PreviewTask,
  type RepairProgress,
  type RepairTask,
  type ReportTask,
  type RuntimeState,
  type SamplesPreview,
  type SaveFilterTask,
  type SaveRepairTask,
  type ScanAnswer,
  type ScanTask,
  type TransportedError,
} from '../protocol/protocol';
import { RestartBudget, type RestartLimit } from './restartBudget';
import { complete, withoutOthers } from '../protocol/scanAnswer';

export interface EngineClientOptions {
  /** Path of the bundled engine process, `dist/engine.mjs`. */
  readonly entry: string;
  /** What the process and its libraries print; may hold several lines or a part of one. */
  readonly log: (text: string) => void;
  /** Milliseconds without requests after which the process ends. */
  readonly idleAfter?: number;
  /** Milliseconds a cancelled request may take to answer before the process is killed. */
  readonly grace?: number;
  readonly restarts?: RestartLimit;
  /** Node's own options for the process, such as a heap limit. */
  readonly execArgv?: readonly string[];
}

/** Of whatever waits in the queue. */
export interface JobListener {
  /** Its turn has come; until then it is queued. */
  readonly onStart?: () => void;
  readonly signal?: AbortSignal;
}

export interface ScanListener extends JobListener {
  readonly onProgress?: (progress: ScanProgress) => void;
  /** A label is done; its index and p-value are preliminary. */
  readonly onLabel?: (result: LabelResult) => void;
}

export interface RepairListener extends JobListener {
  readonly onProgress?: (progress: RepairProgress) => void;
}

export interface SaveRepairListener extends RepairListener {
  /** The saved model was scanned. */
  readonly onScan?: (report: ScanReport) => void;
}

const DEFAULTS = {
  idleAfter: 5 * 60_000,
  grace: 3000,
  restarts: { crashes: 3, within: 5 * 60_000 },
  execArgv: [],
};

/**
 * Every method rejects with the engine's typed errors, with {@link EngineStoppedError} when the process crashed, and with
 * {@link CancelledError} after its signal. What computes long, such as scans and repairs, runs one at a time, the others
 * wait; what else is asked is answered at once.
 */
export class EngineClient {
  readonly #options: Required<EngineClientOptions>;
  readonly #budget: RestartBudget;
  readonly #queue = new JobQueue();
  /** Of scans, while the disk says which model each is about. */
  readonly #arrivals = new JobQueue();
  readonly #disposed = new AbortController();
  /** Scans and repairs in work, by their id. */
  readonly #scans = new Map<string, ScanListener>();
  readonly #repairs = new Map<string, RepairListener>();
  /** Takers of the scan of a model whose repair is being saved, by the repair's id. */
  readonly #rescans = new Map<string, (answer: ScanAnswer) => void>();
  /** Real paths of the models that are scanned or wait for it. */
  readonly #models = new Set<string>();
  /** Repairs that the process holds in memory; while there is one, it must not end. */
  readonly #held = new Set<string>();
  #engine: EngineConnection | undefined;
  #open = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: EngineClientOptions) {
    this.#options = { ...DEFAULTS, ...options };
    this.#budget = new RestartBudget(this.#options.restarts);
  }

  /** Of the process, while there is one. */
  get pid(): number | undefined {
    return this.#engine?.pid;
  }

  inspect(task: InspectTask, signal?: AbortSignal): Promise<ModelInspection> {
    return this.#request(inspectRequest, task, signal);
  }

  preview(task: PreviewTask, signal?: AbortSignal): Promise<SamplesPreview> {
    return this.#request(previewRequest, task, signal);
  }

  /** Queued in the order of calls. Throws {@link UsageError} while another scan of the same model is running or waiting. */
  async scan(task: ScanTask, listener: ScanListener = {}): Promise<ScanReport> {
    const model = await this.#arrivals.run(() => fs.realpath(task.model).catch(() => path.resolve(task.model)));
    if (this.#models.has(model)) {
      throw new UsageError('a scan of this model is already running or waiting', { file: path.basename(task.model) });
    }
    this.#models.add(model);
    const received = this.#receiveLabels(task.id, listener);
    try {
      return complete(await this.#compute(scanRequest, task, listener, { ...task, resume: true }), received);
    } finally {
      this.#models.delete(model);
      this.#scans.delete(task.id);
    }
  }

  /** The repaired model stays in the process's memory until it is saved or discarded, or the process crashes. */
  async repair(task: RepairTask, listener: RepairListener = {}): Promise<RepairReport> {
    const report = await this.#computeRepair(repairRequest, task, listener);
    if (this.#engine !== undefined) this.#held.add(task.id);
    return report;
  }

  /** Where it fails, the repair can be saved elsewhere; cancelling stops the scan of what is saved. */
  async saveRepair(task: SaveRepairTask, listener: SaveRepairListener = {}): Promise<RepairReport> {
    const { id } = task;
    const received = this.#receiveLabels(id);
    this.#rescans.set(id, (answer) => listener.onScan?.(complete(answer, received)));
    try {
      const report = await this.#computeRepair(saveRepairRequest, task, listener);
      this.#held.delete(id);
      this.#endWhenIdle();
      return report;
    } finally {
      this.#scans.delete(id);
      this.#rescans.delete(id);
    }
  }

  async discardRepair(id: string): Promise<void> {
    if (!this.#held.delete(id)) return;
    await this.#request(discardRepairRequest, { id });
  }

  /** What triggers of a scan do inside the model. */
  identify(task: ReportTask, listener: JobListener = {}): Promise<IdentifyReport> {
    return this.#compute(identifyRequest, withoutOthers(task), listener);
  }

  /** Nothing is written. */
  calibrateFilter(task: CalibrateFilterTask, listener: JobListener = {}): Promise<CalibratedFilters> {
    return this.#compute(calibrateFilterRequest, withoutOthers(task), listener);
  }

  /** Both files or none; files of the model itself are never replaced. */
  saveFilter(task: SaveFilterTask): Promise<void> {
    return this.#request(saveFilterRequest, task);
  }

  /** Tries every compute library, each in a process of its own. */
  doctor(task: DoctorTask = {}): Promise<RuntimeState[]> {
    return this.#request(doctorRequest, task);
  }

  /** Ends the process; open requests reject with {@link CancelledError}. */
  async dispose(): Promise<void> {
    this.#disposed.abort();
    clearTimeout(this.#idle);
    await this.#engine?.end();
  }

  /** What {@link labelFinished} brings for this id, for the end of the scan. */
  #receiveLabels(id: string, listener: ScanListener = {}): ReadonlyMap<number, LabelResult> {
    const received = new Map<number, LabelResult>();
    const onLabel = (result: LabelResult): void => {
      received.set(result.label, result);
      listener.onLabel?.(result);
    };
    this.#scans.set(id, { ...listener, onLabel });
    return received;
  }

  async #computeRepair<P extends { id: string }>(
    type: RequestType<P, RepairReport, TransportedError>,
    task: P,
    listener: RepairListener,
  ): Promise<RepairReport> {
    this.#repairs.set(task.id, listener);
    try {
      return await this.#compute(type, task, listener);
    } finally {
      this.#repairs.delete(task.id);
    }
  }

  #compute<P, R>(
    type: RequestType<P, R, TransportedError>,
    task: P,
    { signal, onStart }: JobListener,
    again = task,
  ): Promise<R> {
    return this.#queue.run(() => {
      onStart?.();
      return this.#request(type, task, signal, again);
    }, signal);
  }

  /** Asks `again` in a new process where the old one was ended because of another request. */
  async #request<P, R>(
    type: RequestType<P, R, TransportedError>,
    task: P,
    signal?: AbortSignal,
    again = task,
  ): Promise<R> {
    clearTimeout(this.#idle);
    this.#open++;
    try {
      for (let params = task; ; params = again) {
        if (signal?.aborted === true || this.#disposed.signal.aborted) throw new CancelledError();
        try {
          return await this.#running().request(type, params, signal);
        } catch (error) {
          if (!(error instanceof EngineEnded)) throw error;
        }
      }
    } finally {
      this.#open--;
      this.#endWhenIdle();
    }
  }

  #running(): EngineConnection {
    return (this.#engine ??= this.#start());
  }

  #start(): EngineConnection {
    this.#budget.check();
    const engine = new EngineConnection(this.#options);
    engine.connection.onNotification(scanProgress, ({ id, progress }) => this.#scans.get(id)?.onProgress?.(progress));
    engine.connection.onNotification(labelFinished, ({ id, result }) => this.#scans.get(id)?.onLabel?.(result));
    engine.connection.onNotification(repairProgress, ({ id, progress }) =>
      this.#repairs.get(id)?.onProgress?.(progress),
    );
    engine.connection.onNotification(repairScanned, ({ id, answer }) => this.#rescans.get(id)?.(answer));
    engine.ended.catch((error: unknown) => {
      if (error instanceof EngineStoppedError) {
        this.#budget.crashed();
        this.#options.log(`${error.message}\n`);
      }
      this.#engine = undefined;
      this.#held.clear();
    });
    return engine;
  }

  #endWhenIdle(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      if (this.#open === 0 && this.#held.size === 0) void this.#engine?.end();
    }, this.#options.idleAfter);
    this.#idle.unref();
  }
}
