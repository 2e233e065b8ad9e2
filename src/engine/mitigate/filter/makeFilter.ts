/** @file From a scan report to a filter for the scanned model. */
import { prepareWithReport, type ReportRequest } from '../../prepareWithReport';
import type { CancelSignal } from '../../progress';
import { TOOL } from '../../version';
import { calibrateFilter } from './calibrate';
import type { FilterParts } from './imageFilter';
import type { SavedFilter } from './savedFilter';

export interface MakeFilterRequest extends ReportRequest {
  /** Share 0–1 of clean images that may be rejected. */
  readonly falsePositiveRate: number;
}

export interface MadeFilter {
  readonly filter: SavedFilter;
  /** For {@link encodeFilter}. */
  readonly parts: FilterParts;
  /** Why the filter may be useless, a plain sentence: model and samples do not fit. */
  readonly doubt?: string;
}

/** Throws the typed errors of reading, and a UsageError where the report is not about this model. */
export async function makeFilter(request: MakeFilterRequest, signal?: CancelSignal): Promise<MadeFilter> {
  const { files, runtime, falsePositiveRate } = request;
  const prepared = await prepareWithReport(request, signal);
  const { classifier, samples, triggers, doubt } = prepared;
  const preprocessing = prepared.calibration.chosen;
  const { layer, profiles } = await calibrateFilter({
    ...{ runtime, classifier, preprocessing, samples, triggers, falsePositiveRate },
    ...(signal !== undefined && { signal }),
  });
  const { channels, height, width } = classifier.input;
  const filter: SavedFilter = {
    version: 1,
    tool: TOOL,
    model: { file: files.baseName(prepared.model.path), sha256: prepared.modelHash },
    input: { channels, height, width },
    preprocessing,
    layer: layer.name,
    falsePositiveRate,
    images: samples.count,
    profiles,
  };
  return { filter, parts: { classifier, preprocessing, layer, profiles }, ...(doubt !== undefined && { doubt }) };
}
