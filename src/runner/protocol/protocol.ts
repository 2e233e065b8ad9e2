/** @file What the host and the engine process say to each other: typed JSON-RPC over the fork's channel. */
import { NotificationType, RequestType } from 'vscode-jsonrpc/node';
import type { ScanProgress } from '../../engine/detect/scanJob';
import type { ErrorDetails } from '../../engine/support/errors';
import type { IdentifyReport } from '../../engine/identify/identification';
import type { MadeFilter } from '../../engine/filter/makeFilter';
import type { SavedFilter } from '../../engine/filter/savedFilter';
import type { ModelInspection } from '../../engine/inspect/modelInspection';
import type { ModelAndSamples } from '../../engine/scan/prepareScan';
import type { RepairMethod, RepairProgress, RepairReport } from '../../engine/report/repairReport';
import type { LabelResult, ScanReport, ScanSettings } from '../../engine/report/scanReport';
import type { SamplesPreview } from '../../engine/inspect/samplesPreview';
import type { RuntimeRequest } from '../runtimes/runtimes';

// Plain data that webviews show too; it lives with the engine, which they may import.
export type { LayerSummary, ModelInspection } from '../../engine/inspect/modelInspection';
export type { ModelAndSamples } from '../../engine/scan/prepareScan';
export type { RepairProgress } from '../../engine/report/repairReport';
export type { PreviewImage, SamplesPreview } from '../../engine/inspect/samplesPreview';

export interface ScanTask extends ModelAndSamples {
  /** Chosen by the host; progress carries it. */
  readonly id: string;
  readonly runtime: RuntimeRequest;
  readonly settings: Partial<ScanSettings>;
  /** Folder for checkpoints. */
  readonly checkpoints: string;
  /** Go on from a checkpoint, if there is one for the same model, samples and settings. */
  readonly resume: boolean;
}

export type InspectTask = Pick<ModelAndSamples, 'model' | 'architecture' | 'size'>;

/** Triggers are large, and parsing a message blocks the host: what {@link labelFinished} has brought is not sent again. */
export interface ScanAnswer {
  readonly report: ScanReport;
  /** Labels whose `trigger` and `curve` are left out; they are those of the label's notification. */
  readonly alreadySent: readonly number[];
}

export interface PreviewTask extends ModelAndSamples {
  readonly runtime: RuntimeRequest;
  /** Images in the grid. */
  readonly count: number;
}

export interface RepairTask extends ModelAndSamples {
  readonly id: string;
  readonly runtime: RuntimeRequest;
  readonly report: ScanReport;
  readonly method: RepairMethod;
  /** Labels to repair; absent: the flagged ones. */
  readonly labelsToRepair?: readonly number[];
  /** Layer to prune; absent: the last convolution. */
  readonly layer?: string;
  /** Largest loss of accuracy, 0–1, that is accepted. */
  readonly maxAccuracyLoss?: number;
  /** Repeat scan and repair until nothing is flagged. */
  readonly loop?: boolean;
}

export interface SaveRepairTask {
  /** Of the repair that is waiting to be saved. */
  readonly id: string;
  /** Absolute path of the new main file. */
  readonly out: string;
  /** Another point of the pruning curve than the proposed one. */
  readonly point?: number;
}

/** What works on the triggers of a scan. */
export interface ReportTask extends ModelAndSamples {
  readonly runtime: RuntimeRequest;
  readonly report: ScanReport;
  /** Labels whose triggers are meant; no others need to be in the report. */
  readonly only: readonly number[];
}

export interface CalibrateFilterTask extends ReportTask {
  /** Shares 0–1 of clean images that may be rejected. */
  readonly rates: readonly number[];
}

export interface CalibratedFilters {
  /** One per rate. */
  readonly filters: readonly Pick<MadeFilter, 'filter' | 'cost'>[];
  /** Why they may be useless, a plain sentence: model and samples do not fit. */
  readonly doubt?: string;
}

export interface SaveFilterTask extends Pick<ModelAndSamples, 'model' | 'architecture'> {
  readonly filter: SavedFilter;
  /** Absolute paths of the new files. */
  readonly json: string;
  readonly onnx: string;
}

export type DoctorTask = Pick<RuntimeRequest, 'tensorFlow'>;

/** One compute library as `doctor` reports it. */
export interface RuntimeState {
  readonly library: string;
  readonly provider: string;
  readonly works: boolean;
  /** Its description, or why it does not work. */
  readonly detail: string;
  /** What scans use where nothing else is asked for. */
  readonly standard: boolean;
}

/** A typed error on its way through JSON-RPC (`ResponseError.data`). */
export interface TransportedError {
  /** Class name, such as `ModelFormatError`; others than ours are unexpected. */
  readonly name: string;
  readonly summary: string;
  readonly details: ErrorDetails;
  readonly stack?: string;
}

export const inspectRequest = new RequestType<InspectTask, ModelInspection, TransportedError>('inspect');
export const previewRequest = new RequestType<PreviewTask, SamplesPreview, TransportedError>('preview');
export const scanRequest = new RequestType<ScanTask, ScanAnswer, TransportedError>('scan');
/** Computes a repair and holds it in memory; nothing is written. */
export const repairRequest = new RequestType<RepairTask, RepairReport, TransportedError>('repair');
/** Writes it, reads it back, evaluates and scans it again ({@link repairScanned}), and lets go of it. */
export const saveRepairRequest = new RequestType<SaveRepairTask, RepairReport, TransportedError>('saveRepair');
export const discardRepairRequest = new RequestType<{ id: string }, void, TransportedError>('discardRepair');
export const identifyRequest = new RequestType<ReportTask, IdentifyReport, TransportedError>('identify');
/** Writes nothing. */
export const calibrateFilterRequest = new RequestType<CalibrateFilterTask, CalibratedFilters, TransportedError>(
  'calibrateFilter',
);
export const saveFilterRequest = new RequestType<SaveFilterTask, void, TransportedError>('saveFilter');
export const doctorRequest = new RequestType<DoctorTask, RuntimeState[], TransportedError>('doctor');

export const scanProgress = new NotificationType<{ id: string; progress: ScanProgress }>('scanProgress');
/** A label is done; its index and p-value are preliminary. */
export const labelFinished = new NotificationType<{ id: string; result: LabelResult }>('labelFinished');
/** The saved model was scanned, unless that was cancelled; its labels have come as {@link labelFinished} of the same id. */
export const repairScanned = new NotificationType<{ id: string; answer: ScanAnswer }>('repairScanned');
export const repairProgress = new NotificationType<{ id: string; progress: RepairProgress }>('repairProgress');
