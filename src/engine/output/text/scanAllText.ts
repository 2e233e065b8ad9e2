/** @file Many models as one table: what was found in which, and which could not be scanned. */
import type { ScanReport } from '../../report/scanReport';
import { formatFixed, formatPValue } from '../../support/numberText';
import { plainText } from '../../support/plainText';
import { countOf } from '../scanSummary';
import { textTable } from './textTable';

/** What became of one model of many. */
export interface ModelOutcome {
  /** As the user would find it. */
  readonly path: string;
  readonly report?: ScanReport;
  /** Why there is none, one plain sentence. */
  readonly error?: string;
}

const MAX_PATH = 200;
const MAX_LABELS = 6;
const MAX_SENTENCE = 1000;

/** The worst first, as they came otherwise. */
const ORDER = ['infected', 'not scanned', 'inconclusive', 'clean'] as const;

export function scanAllText(outcomes: readonly ModelOutcome[]): string {
  const rows = worstFirst(outcomes).map((outcome) => {
    const { report } = outcome;
    return [
      plainText(outcome.path, MAX_PATH),
      stateOf(outcome),
      report === undefined ? '' : labels(report),
      report?.pValue === undefined ? '' : formatPValue(report.pValue),
      report?.anomalyIndex === undefined ? '' : formatFixed(report.anomalyIndex, 2),
    ];
  });
  const errors = outcomes.flatMap(({ path, error }) =>
    error === undefined ? [] : [`${plainText(path, MAX_PATH)}: ${plainText(error, MAX_SENTENCE)}`],
  );
  const counts = ORDER.map(
    (state) => `${outcomes.filter((outcome) => stateOf(outcome) === state).length} ${state}`,
  ).join(', ');
  return `${[
    ...textTable(['model', 'verdict', 'labels', 'p-value', 'index'], rows),
    '',
    ...errors,
    ...(errors.length > 0 ? [''] : []),
    `${countOf(outcomes.length, 'model')}: ${counts}.`,
  ].join('\n')}\n`;
}

/** As they came, but by their state. */
export function worstFirst(outcomes: readonly ModelOutcome[]): ModelOutcome[] {
  return ORDER.flatMap((state) => outcomes.filter((outcome) => stateOf(outcome) === state));
}

export function stateOf({ report }: ModelOutcome): (typeof ORDER)[number] {
  return report?.verdict ?? 'not scanned';
}

function labels({ flagged }: ScanReport): string {
  const shown = flagged.slice(0, MAX_LABELS).join(' ');
  return flagged.length > MAX_LABELS ? `${shown} …` : shown;
}
