/** @file The words of results in the user's language, with names from files made harmless. */
import { t } from '@vscode/l10n';
import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit-html';
import { plainText } from '../engine/support/plainText';
import { labelTitle, pEquationOf } from '../engine/output/scanSummary';
import type { Verdict } from '../engine/report/scanReport';
import type { LabelRow, ReportView } from '../shared/panelMessages';

const MAX_NAMED = 5;

export function verdictTitle(verdict: Verdict): string {
  switch (verdict) {
    case 'infected':
      return t('Backdoor found');
    case 'clean':
      return t('No backdoor found');
    case 'inconclusive':
      return t('Inconclusive');
  }
}

/** The verdict in one sentence. */
export function verdictSentence(report: ReportView): string {
  const file = plainText(report.model.file, 80);
  const equation = pEquationOf(report);
  const p = equation === undefined ? '' : ` (${equation})`;
  switch (report.verdict) {
    case 'infected':
      return t('{0} hides a backdoor to label {1}{2}.', file, flaggedTitles(report.labels), p);
    case 'clean':
      return t('No label of {0} needs an unusually small trigger{1}.', file, p);
    case 'inconclusive':
      if (report.samples.generated) {
        return report.flagged.length === 0
          ? t('A first look without images found nothing in {0}{1}.', file, p)
          : t(
              'A first look without images makes label {1} of {0} suspicious{2}.',
              file,
              flaggedTitles(report.labels),
              p,
            );
      }
      return t('It cannot be said whether {0} hides a backdoor{1}.', file, p);
  }
}

export function stateNote(state: LabelRow['state']): string {
  switch (state) {
    case 'found':
      return '';
    case 'not-reached':
      return t('no trigger worked');
    case 'screened':
      return t('dismissed early');
    case 'not-scanned':
      return t('not scanned');
  }
}

/** A shape for each verdict, so that colour is never alone. */
export function verdictIcon(verdict: Verdict | 'none'): TemplateResult {
  return html`<svg class=${`verdict-icon ${verdict}`} viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
    ${shape(verdict)}
  </svg>`;
}

function shape(verdict: Verdict | 'none'): SVGTemplateResult {
  switch (verdict) {
    case 'infected':
      return svg`<path d="M16 4 29 27H3z" /><path d="M16 12v8M16 23.5v.5" />`;
    case 'clean':
      return svg`<circle cx="16" cy="16" r="12" /><path d="m10 16.5 4.5 4.5L22.5 12" />`;
    case 'inconclusive':
      return svg`<circle cx="16" cy="16" r="12" /><path d="M12 12.5c0-5.5 8.5-5 8.5 0 0 3.5-4.5 3-4.5 6.5M16 23v.5" />`;
    case 'none':
      return svg`<circle cx="16" cy="16" r="12" stroke-dasharray="4 4" />`;
  }
}

function flaggedTitles(labels: readonly LabelRow[]): string {
  const titles = labels
    .filter(({ flagged }) => flagged)
    .map((row) =>
      row.sourceLabel === undefined ? labelTitle(row) : t('{0} from label {1}', labelTitle(row), row.sourceLabel),
    );
  const more = titles.length - MAX_NAMED;
  return titles.slice(0, MAX_NAMED).join(', ') + (more > 0 ? ` ${t('and {0} more', more)}` : '');
}
