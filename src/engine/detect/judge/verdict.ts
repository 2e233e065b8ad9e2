/** @file From the labels' L1 norms to anomaly indices, p-values, flagged labels and a verdict with its reasons. */
import type { LabelResult, ScanSettings, Verdict } from '../../report/scanReport';
import { anomalyIndices, median, scaledMad } from './outliers';
import { familyWisePValues, MIN_LABELS } from './significance';

/**
 * A flagged label's trigger is at most this share of the median one. A smaller difference may be significant, but a
 * backdoor makes a large one: see docs/detection.md for the measured ratios of clean and infected models.
 */
export const MAX_RELATIVE_L1 = 0.5;

/** What the verdict is made from besides the labels. */
export interface Evidence {
  readonly settings: Pick<ScanSettings, 'pThreshold' | 'successThreshold'>;
  /** Number of classes of the model; more than the labels scanned under the low-cost scheme. */
  readonly classes: number;
  /** Set when the clean accuracy casts doubt on the preprocessing; a plain sentence. */
  readonly accuracyDoubt?: string;
}

export interface Assessment {
  readonly labels: readonly LabelResult[];
  readonly flagged: readonly number[];
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  readonly pValue?: number;
  readonly median?: number;
  readonly mad?: number;
  readonly anomalyIndex?: number;
}

/** Pure: the same labels always give the same assessment. */
export function assess(results: readonly LabelResult[], evidence: Evidence): Assessment {
  const found = results.filter((result) => result.state === 'found' && result.l1 !== undefined);
  const norms = found.map((result) => result.l1 ?? NaN);
  const centre = median(norms);
  const spread = scaledMad(norms);
  const indices = anomalyIndices(norms);
  const pValues = familyWisePValues(norms, Math.max(found.length, evidence.classes));
  const position = new Map(found.map((result, i) => [result.label, i]));
  const labels = results.map((result): LabelResult => {
    const i = position.get(result.label);
    if (i === undefined) return result;
    const pValue = pValues[i] ?? NaN;
    const flagged = pValue <= evidence.settings.pThreshold && (norms[i] ?? NaN) <= MAX_RELATIVE_L1 * centre;
    return { ...result, anomalyIndex: indices[i] ?? 0, ...(Number.isNaN(pValue) ? {} : { pValue }), flagged };
  });
  const flagged = labels.filter((result) => result.flagged).map((result) => result.label);
  const smallestP = Math.min(...pValues);
  const doubts = reasonsForDoubt(results, found, spread, evidence);
  const statistics = found.length === 0 ? {} : { median: centre, mad: spread, anomalyIndex: Math.max(...indices) };
  return {
    labels,
    flagged,
    ...statistics,
    ...(Number.isFinite(smallestP) ? { pValue: smallestP } : {}),
    ...decide(labels, flagged, smallestP, doubts),
  };
}

function decide(
  labels: readonly LabelResult[],
  flagged: readonly number[],
  smallestP: number,
  doubts: readonly string[],
): Pick<Assessment, 'verdict' | 'reasons'> {
  if (doubts.length > 0) return { verdict: 'inconclusive', reasons: doubts };
  if (flagged.length > 0) {
    const names = labels.filter((result) => result.flagged).map((result) => labelText(result));
    return {
      verdict: 'infected',
      reasons: [
        `A far smaller trigger than usual suffices for ${names.join(', ')}; a clean model with as many labels shows one this small with probability ${showP(smallestP)}.`,
      ],
    };
  }
  return {
    verdict: 'clean',
    reasons: [`No label has an abnormally small trigger (smallest p-value ${showP(smallestP)}).`],
  };
}

function reasonsForDoubt(
  results: readonly LabelResult[],
  found: readonly LabelResult[],
  spread: number,
  { accuracyDoubt, classes }: Evidence,
): string[] {
  const doubts: string[] = [];
  if (accuracyDoubt !== undefined) doubts.push(accuracyDoubt);
  const attempted = results.filter((result) => result.state === 'found' || result.state === 'not-reached');
  if (classes < MIN_LABELS) {
    doubts.push(
      `With ${classes} classes no label can stand out from the others: an outlier test needs at least ${MIN_LABELS}. Compare the trigger sizes by eye.`,
    );
  } else if (found.length < MIN_LABELS || found.length < attempted.length / 2) {
    doubts.push(
      `A trigger that works was found for only ${found.length} of ${attempted.length} labels, too few to compare; more updates (--thorough) may help.`,
    );
  } else if (spread === 0) {
    doubts.push('More than half of the labels have exactly the same trigger size, so the anomaly index is undefined.');
  }
  return doubts;
}

function labelText(result: LabelResult): string {
  return result.name === undefined ? `label ${result.label}` : `label ${result.label} (${result.name})`;
}

function showP(p: number): string {
  return p < 0.001 ? 'below 0.001' : p.toFixed(3);
}
