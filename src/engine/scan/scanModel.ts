/** @file The main job from end to end: read the model, read the samples, calibrate, detect, report. */
import { scanLabels } from '../detect/scanLabels';
import type { ScanEvents } from '../detect/scanJob';
import { completeSettings } from './settings';
import { prepareScan, samplesSummary, type PrepareRequest } from './prepareScan';
import { REPORT_VERSION, type ScanReport, type ScanSettings } from '../report/scanReport';
import type { Samples } from '../samples/samples';
import { TOOL } from '../report/version';

export interface ScanRequest extends PrepareRequest {
  readonly settings: Partial<ScanSettings>;
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
  return {
    version: REPORT_VERSION,
    tool: TOOL,
    model: {
      file: request.files.baseName(model.path),
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
}

function hashSamples({ sha256 }: ScanRequest, { images, labels }: Samples): string[] {
  return [images, ...(labels === undefined ? [] : [labels])].map((values) =>
    sha256(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  );
}
