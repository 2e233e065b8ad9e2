/** @file What a scan takes in and what it tells while it runs. */
import type { Classifier } from '../classify/classifier';
import type { CurvePoint, LabelResult, ScanSettings } from '../report/scanReport';
import type { Runtime } from '../runtime/runtime';
import type { Preprocessing } from '../samples/preprocessing/preprocessing';
import type { CleanImages } from '../samples/samples';
import type { CancelSignal } from '../support/cancellation';

export interface DetectionJob {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  readonly images: CleanImages;
  readonly settings: ScanSettings;
  readonly labelNames?: readonly string[];
  readonly accuracyDoubt?: string;
  /** The images are generated: labels may be suspicious, but nothing is decided. */
  readonly firstLook?: true;
  /** Hash of everything that determines the numbers. */
  readonly checkpointKey: string;
  /** Seconds since some fixed point. */
  readonly now: () => number;
}

/** Absolute progress, at most about five times a second. */
export interface ScanProgress {
  /** `pairing`: pairs of labels are inverted, and counted as labels are otherwise; `comparing`: the same in networks that are trained for it. */
  readonly phase: 'screening' | 'inverting' | 'verifying' | 'pairing' | 'comparing';
  /** Adam updates done and planned in this phase, summed over labels and seeds. */
  readonly done: number;
  readonly total: number;
  readonly labelsDone: number;
  readonly labelsTotal: number;
  /** Labels in work right now, each with the latest point of its curve; NaN-free: none before the first round ends. */
  readonly current: readonly { readonly label: number; readonly latest?: CurvePoint }[];
  /** Seconds left in this phase, where it can be estimated. */
  readonly secondsLeft?: number;
}

/** Where finished labels are kept so that a scan can resume; the host decides the medium. */
export interface CheckpointStore {
  /** The text saved last under this key, `undefined` when there is none. */
  load(key: string): Promise<string | undefined>;
  /** Replaces it atomically. */
  save(key: string, text: string): Promise<void>;
  remove(key: string): Promise<void>;
}

export interface ScanEvents {
  onProgress?(progress: ScanProgress): void;
  /** A label is done; its index and p-value are preliminary until the scan ends. A suspect comes a second time. */
  onLabel?(result: LabelResult): void;
  readonly signal?: CancelSignal;
  readonly checkpoints?: CheckpointStore;
}
