/** @file From a scan report to what its triggers do inside the model. */
import { prepareWithReport, type ReportRequest } from '../scan/prepareWithReport';
import type { CancelSignal } from '../support/cancellation';
import { TOOL } from '../report/version';
import type { IdentifyReport } from './identification';
import { identifyTrigger } from './identifyTrigger';

/** Throws the typed errors of reading, and a UsageError where the report is not about this model. */
export async function identifyModel(request: ReportRequest, signal?: CancelSignal): Promise<IdentifyReport> {
  const { files, runtime } = request;
  const { model, modelHash, classifier, samples, calibration, triggers, doubt } = await prepareWithReport(
    request,
    signal,
  );
  const preprocessing = calibration.chosen;
  const results = [];
  for (const trigger of triggers) {
    const job = { runtime, classifier, preprocessing, samples, label: trigger.label, trigger };
    results.push(await identifyTrigger(job, signal));
  }
  return {
    version: 1,
    tool: TOOL,
    model: { file: files.baseName(model.path), sha256: modelHash },
    samples: { source: samples.source, count: samples.count, preprocessing: preprocessing.label },
    triggers: results,
    ...(doubt !== undefined && { doubt }),
  };
}
