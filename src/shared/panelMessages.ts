/** @file What the host and its webviews say to each other. Plain data; what a webview says is checked before use. */
import type { ScanProgress } from '../engine/detect/scanJob';
import type { ModelInspection } from '../engine/inspect/modelInspection';
import type { RepairProgress, RepairReport } from '../engine/report/repairReport';
import type { CurvePoint, LabelResult, ScanReport, Trigger } from '../engine/report/scanReport';
import type { SamplesPreview } from '../engine/inspect/samplesPreview';
import type { LabelNeurons, ScanEntry, ScanState } from './scanEntry';

export type PanelKind = 'scan' | 'samples' | 'model' | 'repair';

/** A label without its trigger and curve: they are large, so a panel asks for those it shows. */
export type LabelRow = Omit<LabelResult, 'trigger' | 'curve'> & {
  readonly hasTrigger: boolean;
  readonly hasCurve: boolean;
};

/** A report with its labels as rows. */
export type ReportView = Omit<ScanReport, 'labels'> & { readonly labels: readonly LabelRow[] };

/** A scan as panels show it; what changes many times a second is in {@link LiveView}. */
export interface ScanView {
  readonly uri: string;
  readonly name: string;
  readonly state: ScanState;
  readonly labels: readonly LabelRow[];
  readonly report?: ReportView;
  readonly error?: string;
  readonly outdated: boolean;
  /** Of the labels for which it was asked. */
  readonly neurons: readonly LabelNeurons[];
  /** A clean sample as `data:` URI. */
  readonly sample?: string;
  /** Scan to compare with, such as that of the model that this one was repaired from. */
  readonly before?: ReportView;
}

export interface LiveView {
  /** How far an unfinished scan of an earlier window came. */
  readonly unfinished?: ScanEntry['unfinished'];
  readonly progress?: ScanProgress;
  readonly running: readonly { readonly label: number; readonly curve: readonly CurvePoint[] }[];
}

/** The large parts of one label's result. */
export interface LabelDetails {
  readonly label: number;
  readonly trigger?: Trigger;
  readonly curve: readonly CurvePoint[];
}

export interface ModelView {
  readonly name: string;
  readonly inspection?: ModelInspection;
  /** Why the file cannot be shown, one plain sentence. */
  readonly error?: string;
  readonly scan?: ScanView;
}

/**
 * `computing` until the report is there, then `ready` to be saved; nothing is on disk before `saved`. `lost`: a panel that came
 * back after its window was reloaded.
 */
export type RepairState = 'computing' | 'ready' | 'saving' | 'saved' | 'discarded' | 'failed' | 'lost';

/** What stands for a label before and after the repair, where it is known. */
export interface RepairedLabel {
  readonly label: number;
  readonly name?: string;
  readonly before?: Trigger;
  readonly after?: Trigger;
}

export interface RepairView {
  /** Model under repair; the key of the panel. */
  readonly uri: string;
  readonly name: string;
  readonly state: RepairState;
  readonly progress?: RepairProgress;
  readonly report?: RepairReport;
  readonly error?: string;
  readonly labels: readonly RepairedLabel[];
}

/** What a scan panel is to bring in sight: a label by its number, the neurons its trigger drives, or the comparison. */
export type RevealTarget = number | { readonly neuronsOf: number } | 'comparison';

/** From the host to a webview. `start` is the first, everything else follows it. */
export type HostMessage =
  | { readonly type: 'start'; readonly translations?: Readonly<Record<string, string>> }
  | { readonly type: 'scan'; readonly scan: ScanView }
  | { readonly type: 'live'; readonly live: LiveView }
  | { readonly type: 'details'; readonly details: LabelDetails }
  | { readonly type: 'reveal'; readonly target: RevealTarget }
  | { readonly type: 'preview'; readonly model: string; readonly preview: SamplesPreview }
  | { readonly type: 'model'; readonly model: ModelView }
  | { readonly type: 'repair'; readonly repair: RepairView };

/** What a panel may ask the host to do; a closed list. */
export const PANEL_ACTIONS = [
  'scan',
  'cancel',
  'resume',
  'repair',
  'saveFilter',
  'openScan',
  'stopRepair',
  'discardRepair',
  'acceptSamples',
  'rejectSamples',
] as const;
export type PanelAction = (typeof PANEL_ACTIONS)[number];

/** From a webview to the host. */
export type PanelMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'action'; readonly action: PanelAction; readonly choice?: string }
  /** `point`: index into the pruning curve of the last round, where the user chose another than the proposed one. */
  | { readonly type: 'saveRepair'; readonly point?: number }
  /** What does the trigger of this label do inside the model? */
  | { readonly type: 'identify'; readonly label: number }
  | { readonly type: 'needDetails'; readonly labels: readonly number[] }
  | { readonly type: 'exportReport'; readonly format: 'json' | 'html' }
  /** `data`: markup for SVG, Base64 for PNG. */
  | { readonly type: 'exportChart'; readonly format: 'svg' | 'png'; readonly name: string; readonly data: string };

/** What a webview remembers over a reload. */
export interface PanelState {
  readonly uri: string;
}

const MAX_LABELS = 1000;
const MAX_CHART = 20_000_000;
const MAX_NAME = 300;

/** The message, `undefined` where it is none: a webview shows hostile names, so nothing it says is taken on trust. */
export function parsePanelMessage(value: unknown): PanelMessage | undefined {
  if (!isRecord(value)) return undefined;
  switch (value['type']) {
    case 'ready':
      return { type: 'ready' };
    case 'action': {
      const action = PANEL_ACTIONS.find((known) => known === value['action']);
      const choice = value['choice'];
      if (action === undefined) return undefined;
      if (choice === undefined) return { type: 'action', action };
      return isText(choice, MAX_NAME) ? { type: 'action', action, choice } : undefined;
    }
    case 'saveRepair': {
      const point = value['point'];
      if (point === undefined) return { type: 'saveRepair' };
      return isIndex(point) ? { type: 'saveRepair', point } : undefined;
    }
    case 'identify': {
      const label = value['label'];
      return isIndex(label) ? { type: 'identify', label } : undefined;
    }
    case 'needDetails': {
      const labels = value['labels'];
      const usable = Array.isArray(labels) && labels.length <= MAX_LABELS && labels.every(isIndex);
      return usable ? { type: 'needDetails', labels } : undefined;
    }
    case 'exportReport': {
      const format = value['format'];
      return format === 'json' || format === 'html' ? { type: 'exportReport', format } : undefined;
    }
    case 'exportChart': {
      const { format, name, data } = value;
      const usable = (format === 'svg' || format === 'png') && isText(name, MAX_NAME) && isText(data, MAX_CHART);
      return usable ? { type: 'exportChart', format, name, data } : undefined;
    }
    default:
      return undefined;
  }
}

/** The remembered state, `undefined` where it is none. */
export function parsePanelState(value: unknown): PanelState | undefined {
  return isRecord(value) && isText(value['uri'], 10_000) ? { uri: value['uri'] } : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isText(value: unknown, limit: number): value is string {
  return typeof value === 'string' && value.length <= limit;
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
