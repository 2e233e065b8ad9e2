/** @file From a scan report to a filter for the scanned model. */
import { prepareWithReport, type ReportRequest } from '../scan/prepareWithReport';
import type { CancelSignal } from '../support/cancellation';
import { TOOL } from '../report/version';
import { calibrateFilter, type FilterCost } from './calibrate';
import type { FilterParts } from './imageFilter';
import type { SavedFilter } from './savedFilter';

export interface MadeFilter {
  readonly filter: SavedFilter;
  /** For {@link encodeFilter}. */
  readonly parts: FilterParts;
  readonly cost: FilterCost;
}

export interface FilterMaker {
  /** With the share 0–1 of clean images that may be rejected. */
  readonly at: (rate: number) => MadeFilter;
  /** Why the filter may be useless, a plain sentence: model and samples do not fit. */
  readonly doubt?: string;
}

/** Throws the typed errors of reading, and a UsageError where the report is not about this model. */
export async function makeFilter(request: ReportRequest, signal?: CancelSignal): Promise<FilterMaker> {
  const { files, runtime } = request;
  const prepared = await prepareWithReport(request, signal);
  const { classifier, samples, triggers, doubt } = prepared;
  const preprocessing = prepared.calibration.chosen;
  const { layers, at } = await calibrateFilter({
    ...{ runtime, classifier, preprocessing, samples, triggers },
    ...(signal !== undefined && { signal }),
  });
  const { channels, height, width } = classifier.input;
  const common = {
    version: 2,
    tool: TOOL,
    model: { file: files.baseName(prepared.model.path), sha256: prepared.modelHash },
    input: { channels, height, width },
    preprocessing,
    layers: layers.map(({ name }) => name),
    images: samples.count,
  } as const;
  return {
    at: (falsePositiveRate) => {
      const { profiles, cost } = at(falsePositiveRate);
      const filter = { ...common, falsePositiveRate, profiles };
      return { filter, parts: { classifier, preprocessing, layers, profiles }, cost };
    },
    ...(doubt !== undefined && { doubt }),
  };
}
