/** @file Keeps the triggers of a scan from crossing between processes twice. */
import type { LabelResult, ScanReport } from '../../engine/report/scanReport';
import type { ReportTask, ScanAnswer } from './protocol';

/** Label → its result as it was sent. */
export type SentLabels = ReadonlyMap<number, LabelResult>;

export function shorten(report: ScanReport, sent: SentLabels): ScanAnswer {
  const isSent = ({ label, trigger, curve }: LabelResult): boolean => {
    const known = sent.get(label);
    return known !== undefined && known.trigger === trigger && known.curve === curve;
  };
  const labels = report.labels.map((result): LabelResult => {
    if (!isSent(result)) return result;
    const short: { -readonly [K in keyof LabelResult]: LabelResult[K] } = { ...result, curve: [] };
    delete short.trigger;
    return short;
  });
  return {
    report: { ...report, labels },
    alreadySent: report.labels.filter(isSent).map(({ label }) => label),
  };
}

/** Without the results of labels whose triggers are not worked on. */
export function withoutOthers<T extends ReportTask>(task: T): T {
  const labels = task.report.labels.filter(({ label }) => task.only.includes(label));
  return { ...task, report: { ...task.report, labels } };
}

/** The whole report again. */
export function complete({ report, alreadySent }: ScanAnswer, received: SentLabels): ScanReport {
  const left = new Set(alreadySent);
  const labels = report.labels.map((result): LabelResult => {
    const known = left.has(result.label) ? received.get(result.label) : undefined;
    if (known === undefined) return result;
    return { ...result, curve: known.curve, ...(known.trigger !== undefined && { trigger: known.trigger }) };
  });
  return { ...report, labels };
}
