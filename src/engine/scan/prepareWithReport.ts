/** @file What works on the triggers of an earlier scan starts with: the model, if it is still the same, samples, triggers. */
import type { LabelTrigger } from '../classify/labelTrigger';
import { UsageError } from '../support/errors';
import type { Files } from '../support/files';
import { reversedTriggers } from './reversedTriggers';
import { prepareScan, type PreparedScan, type PrepareRequest } from './prepareScan';
import type { CancelSignal } from '../support/cancellation';
import type { ModelSummary, ScanReport } from '../report/scanReport';

export interface ReportRequest extends PrepareRequest {
  readonly report: ScanReport;
  /** Labels whose triggers are wanted; absent: those that the scan flagged. */
  readonly only?: readonly number[];
}

export interface PreparedWithReport extends PreparedScan {
  readonly triggers: readonly LabelTrigger[];
}

/** Throws {@link UsageError} where the model is not the one that was scanned, or a label has no trigger. */
export async function prepareWithReport(request: ReportRequest, signal?: CancelSignal): Promise<PreparedWithReport> {
  const { report, only } = request;
  if (only === undefined && report.flagged.length === 0) {
    throw new UsageError('the scan flagged no label', { file: report.model.file, hint: 'Say which labels are meant.' });
  }
  const prepared = await prepareScan(request, signal);
  checkSameModel(request.files, prepared.model.path, prepared.modelHash, report.model, {
    what: 'the scan report',
    hint: 'Scan the model again.',
  });
  return { ...prepared, triggers: reversedTriggers(report, only ?? 'flagged', prepared.classifier.input) };
}

/** Throws {@link UsageError} unless the hash is that of the model which `made` was made for. */
export function checkSameModel(
  files: Files,
  path: string,
  hash: string,
  made: Pick<ModelSummary, 'file' | 'sha256'>,
  { what, hint }: { what: string; hint: string },
): void {
  if (hash === made.sha256) return;
  throw new UsageError(`${what} is about another model, or the model has changed since`, {
    file: files.baseName(path),
    expected: `${made.file} with SHA-256 ${made.sha256.slice(0, 12)}…`,
    got: `${hash.slice(0, 12)}…`,
    hint,
  });
}
