/** @file The main job from end to end: read the model, read the samples, calibrate, detect, report. */
import { scanLabels } from '../detect/scanLabels';
import type { ScanEvents } from '../detect/scanJob';
import { completeSettings } from './settings';
import { prepareScan, samplesSummary, type PrepareRequest } from './prepareScan';
import { REPORT_VERSION, type ScanReport, type ScanSettings } from '../report/scanReport';
import type { Samples } from '../samples/samples';
import { TOOL } from '../report/version';

/** Reports of earlier scans, by a key that stands for model, samples, preprocessing, settings and the version of this tool. */
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
  const { model, modelHash, classifier, samples, calibration } = prepared;
  const settings = completeSettings(request.settings, classifier.classes);
  const checkpointKey = request.sha256(
    new TextEncoder().encode(
      JSON.stringify([TOOL, modelHash, hashSamples(request, samples), calibration.chosen, settings, classifier.input]),
    ),
  );
  const file = request.files.baseName(model.path);
  const known = await request.finished?.find(checkpointKey);
  // The same model may lie there under another name.
  if (known !== undefined) return { ...known, model: { ...known.model, file }, findings: prepared.findings };
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
    model: {
      file,
      format: model.format,
      sha256: modelHash,
      classes: classifier.classes,
      input: {
        channels: classifier.input.channels,
        height: classifier.input.height,
        width: classifier.input.width,
      },
      head: classifier.head,
    },
    samples: samplesSummary(prepared),
    settings,
    runtime: request.runtime.description,
    ...assessment,
    ...(prepared.cleanAccuracy === undefined ? {} : { cleanAccuracy: prepared.cleanAccuracy }),
    findings: prepared.findings,
    seconds,
    imagePasses,
  };
  await request.finished?.keep(checkpointKey, report);
  return report;
}

function hashSamples({ sha256 }: ScanRequest, { images, labels }: Samples): string[] {
  return [images, ...(labels === undefined ? [] : [labels])].map((values) =>
    sha256(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  );
}
