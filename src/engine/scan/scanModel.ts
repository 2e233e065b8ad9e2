/** @file The main job from end to end: read the model, read the samples, calibrate, detect, report. */
import { scanLabels } from '../detect/scanLabels';
import type { ScanEvents } from '../detect/scanJob';
import { completeSettings } from './settings';
import { type PreparedScan, prepareScan, samplesSummary, type PrepareRequest } from './prepareScan';
import { REPORT_VERSION, type ModelSummary, type ScanReport, type ScanSettings } from '../report/scanReport';
import type { Samples } from '../samples/samples';
import { TOOL } from '../report/version';

/** Reports of earlier scans, by a key that stands for all they depend on but the runtime: model, samples, preprocessing, settings, class names, this tool's version. */
export interface FinishedScans {
  find(key: string): Promise<ScanReport | undefined>;
  keep(key: string, report: ScanReport): Promise<void>;
}

export interface ScanRequest extends PrepareRequest {
  readonly settings: Partial<ScanSettings>;
  /** Where a scan is looked up before it is made, and kept afterwards. */
  readonly finished?: FinishedScans;
  /** Seconds since some fixed point. */
  readonly now: () => number;
}

/** Throws the typed errors of its parts, each naming the file it is about. */
export async function scanModel(request: ScanRequest, events: ScanEvents = {}): Promise<ScanReport> {
  const prepared = await prepareScan(request, events.signal);
  const { modelHash, classifier, samples, calibration } = prepared;
  const settings = completeSettings(request.settings, classifier.classes);
  const checkpointKey = hashOf(request, [
    TOOL,
    modelHash,
    hashSamples(request, samples),
    calibration.chosen,
    settings,
    classifier.input,
  ]);
  // Of the model and the samples as they lie there now, under whatever names.
  const given = {
    model: modelSummary(request, prepared),
    samples: samplesSummary(prepared),
    findings: prepared.findings,
  };
  // Names and doubts change no inversion, but the report.
  const key = hashOf(request, [checkpointKey, prepared.classNames, prepared.doubt]);
  const known = await request.finished?.find(key);
  if (known !== undefined) return { ...known, ...given };
  const detection = await scanLabels(
    {
      runtime: request.runtime,
      classifier,
      preprocessing: calibration.chosen,
      images: samples,
      settings,
      checkpointKey,
      now: request.now,
      ...(prepared.classNames === undefined ? {} : { labelNames: prepared.classNames }),
      ...(samples.generated === true && { firstLook: true as const }),
      ...(prepared.doubt === undefined ? {} : { accuracyDoubt: prepared.doubt }),
    },
    events,
  );
  const { imagePasses, seconds, ...assessment } = detection;
  const report: ScanReport = {
    version: REPORT_VERSION,
    tool: TOOL,
    ...given,
    settings,
    runtime: request.runtime.description,
    ...assessment,
    ...(prepared.cleanAccuracy === undefined ? {} : { cleanAccuracy: prepared.cleanAccuracy }),
    seconds,
    imagePasses,
  };
  await request.finished?.keep(key, report);
  return report;
}

function modelSummary({ files }: ScanRequest, { model, modelHash, classifier }: PreparedScan): ModelSummary {
  const { channels, height, width } = classifier.input;
  return {
    file: files.baseName(model.path),
    format: model.format,
    sha256: modelHash,
    classes: classifier.classes,
    input: { channels, height, width },
    head: classifier.head,
  };
}

function hashOf({ sha256 }: ScanRequest, values: readonly unknown[]): string {
  return sha256(new TextEncoder().encode(JSON.stringify(values)));
}

function hashSamples({ sha256 }: ScanRequest, { images, labels }: Samples): string[] {
  return [images, ...(labels === undefined ? [] : [labels])].map((values) =>
    sha256(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  );
}
