/** @file What the host and the engine process say to each other: typed JSON-RPC over the fork's channel. */
import { NotificationType, RequestType, RequestType0 } from 'vscode-jsonrpc';
import type { ScanProgress } from '../engine/detect/scanJob';
import type { ErrorDetails } from '../engine/errors';
import type { RepairMethod, RepairReport, RepairRound } from '../engine/repairReport';
import type { LabelResult, ReportFinding, ScanReport, ScanSettings } from '../engine/report';
import type { RuntimeRequest } from './runtimes';

/** Which model, which samples; absolute paths of this machine. */
export interface ModelAndSamples {
  readonly model: string;
  /** Absent: what the sidecar beside the model names. */
  readonly data?: string;
  readonly labels?: string;
  readonly split?: string;
  readonly architecture?: string;
  /** Id of a preprocessing; absent: the saved one, else the one that fits best. */
  readonly preprocessing?: string;
  readonly size?: readonly [height: number, width: number];
}

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

/** A layer as the model view lists it. */
export interface LayerSummary {
  readonly name: string;
  /** ONNX operator. */
  readonly operator: string;
  /** Batch dimension `null`. */
  readonly shape: readonly (number | null)[];
  readonly parameters: number;
}

export interface ModelInspection {
  readonly file: string;
  /** For people, such as "Keras HDF5". */
  readonly format: string;
  /** Bytes over all parts. */
  readonly bytes: number;
  readonly sha256: string;
  readonly input: { readonly channels: number; readonly height: number; readonly width: number };
  readonly classes: number;
  readonly head: string;
  readonly parameters: number;
  readonly layers: readonly LayerSummary[];
  /** About the file itself: Lambda layers, external data, a misleading name. */
  readonly findings: readonly ReportFinding[];
}

export interface PreviewTask extends ModelAndSamples {
  readonly runtime: RuntimeRequest;
  /** Images in the grid. */
  readonly count: number;
}

export interface PreviewImage {
  readonly name: string;
  /** `data:image/png;base64,…` */
  readonly image: string;
  /** Class index as labelled; absent for unlabelled samples. */
  readonly label?: number;
  readonly predicted: number;
}

/** What the user should see before a scan: the samples as decoded, and whether they fit the model. */
export interface SamplesPreview {
  readonly source: string;
  readonly count: number;
  readonly available: number;
  readonly splits: readonly string[];
  readonly split?: string;
  readonly classNames?: readonly string[];
  readonly images: readonly PreviewImage[];
  /** Preprocessings tried, best first; accuracy 0–1 on labelled samples. */
  readonly candidates: readonly { readonly id: string; readonly label: string; readonly accuracy?: number }[];
  /** Id of the proposed one. */
  readonly chosen: string;
  readonly cleanAccuracy?: number;
  /** Why no verdict could be trusted, a plain sentence. */
  readonly doubt?: string;
  readonly notes: readonly string[];
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

export interface RepairProgress {
  readonly phase: 'ranking' | 'pruning' | 'unlearning' | 'scanning' | 'evaluating' | 'saving';
  readonly done: number;
  readonly total: number;
  /** Curves as far as they go; the last round is in work. */
  readonly rounds: readonly RepairRound[];
}

/** One compute library as `doctor` reports it. */
export interface RuntimeState {
  readonly library: string;
  readonly provider: string;
  readonly works: boolean;
  /** Its description, or why it does not work. */
  readonly detail: string;
}

/** A typed error on its way through JSON-RPC (`ResponseError.data`). */
export interface TransportedError {
  /** Class name, such as `ModelFormatError`; others than ours are unexpected. */
  readonly name: string;
  readonly summary: string;
  readonly details: ErrorDetails;
  readonly stack?: string;
}

export const inspectRequest = new RequestType<
  { model: string; architecture?: string },
  ModelInspection,
  TransportedError
>('inspect');
export const previewRequest = new RequestType<PreviewTask, SamplesPreview, TransportedError>('preview');
export const scanRequest = new RequestType<ScanTask, ScanReport, TransportedError>('scan');
/** Computes a repair and holds it in memory; nothing is written. */
export const repairRequest = new RequestType<RepairTask, RepairReport, TransportedError>('repair');
/** Writes it, reads it back, evaluates and scans it again. */
export const saveRepairRequest = new RequestType<SaveRepairTask, RepairReport, TransportedError>('saveRepair');
export const discardRepairRequest = new RequestType<{ id: string }, void, TransportedError>('discardRepair');
export const doctorRequest = new RequestType0<RuntimeState[], TransportedError>('doctor');

export const scanProgress = new NotificationType<{ id: string; progress: ScanProgress }>('scanProgress');
/** A label is done; its index and p-value are preliminary. */
export const labelFinished = new NotificationType<{ id: string; result: LabelResult }>('labelFinished');
export const repairProgress = new NotificationType<{ id: string; progress: RepairProgress }>('repairProgress');
