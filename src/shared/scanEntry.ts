/** @file What the host knows of one model's scan, as tree and panels show it. Plain data: it crosses into webviews. */
import type { ScanProgress } from '../engine/detect/scanJob';
import type { Identification } from '../engine/identify/identification';
import type { CurvePoint, LabelResult, ScanReport } from '../engine/report/scanReport';

export type ScanState = 'queued' | 'preparing' | 'running' | 'paused' | 'failed' | 'done';

/** What one label's trigger does inside the model. */
export interface LabelNeurons {
  readonly label: number;
  /** Absent while it is measured. */
  readonly identification?: Identification;
  /** Why the figures may mean nothing, a plain sentence. */
  readonly doubt?: string;
}

export interface ScanEntry {
  /** URI of the model file as text; the key. */
  readonly uri: string;
  /** For people. */
  readonly name: string;
  readonly state: ScanState;
  readonly progress?: ScanProgress;
  /** How far an unfinished scan of an earlier window came. */
  readonly unfinished?: Pick<ScanProgress, 'labelsDone' | 'labelsTotal'>;
  /** Labels finished so far, in the order they came; after the end those of the report. */
  readonly labels: readonly LabelResult[];
  /** Optimisation curves of the labels in work, as far as they were reported. */
  readonly running: readonly { readonly label: number; readonly curve: readonly CurvePoint[] }[];
  readonly report?: ScanReport;
  /** Why it failed, one plain sentence with a way on. */
  readonly error?: string;
  /** The report is of an earlier version of the file. */
  readonly outdated?: boolean;
  /** A clean sample as `data:` URI, to show on it what a trigger does. */
  readonly sample?: string;
  /** Report to compare with: of the model that this one was repaired from, or the one that the user chose. */
  readonly before?: ScanReport;
  /** Of the labels of the report for which it was asked. */
  readonly neurons?: readonly LabelNeurons[];
}
