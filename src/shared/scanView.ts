/** @file A scan without what is too large to send with every change: the host sends this, panels ask for the rest. */
import type { LabelResult, ScanReport } from '../engine/report/scanReport';
import type { LabelDetails, LabelRow, LiveView, ReportView, ScanView } from './panelMessages';
import type { ScanEntry } from './scanEntry';

export function scanView(entry: ScanEntry): ScanView {
  const { uri, name, state, labels, report, error, outdated, sample, before, neurons } = entry;
  return {
    uri,
    name,
    state,
    labels: labels.map(labelRow),
    outdated: outdated ?? false,
    neurons: neurons ?? [],
    ...(report && { report: reportView(report) }),
    ...(error !== undefined && { error }),
    ...(sample !== undefined && { sample }),
    ...(before && { before: reportView(before) }),
  };
}

export function liveView({ progress, unfinished, running }: ScanEntry): LiveView {
  return { running, ...(progress && { progress }), ...(unfinished && { unfinished }) };
}

export function reportView(report: ScanReport): ReportView {
  return { ...report, labels: report.labels.map(labelRow) };
}

export function labelDetails({ label, trigger, curve }: LabelResult): LabelDetails {
  return { label, curve, ...(trigger && { trigger }) };
}

function labelRow({ trigger, curve, ...row }: LabelResult): LabelRow {
  return { ...row, hasTrigger: trigger !== undefined, hasCurve: curve.length > 0 };
}
