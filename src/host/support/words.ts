/** @file States and results in the user's words. */
import * as vscode from 'vscode';
import { formatFixed, formatNumber, formatPercent, formatPEquation, formatNorm } from '../../engine/support/numberText';
import { plainText } from '../../engine/support/plainText';
import type { LabelResult, ScanReport, Verdict } from '../../engine/report/scanReport';
import type { ScanEntry } from '../../shared/scanEntry';

export function verdictWord(verdict: Verdict): string {
  switch (verdict) {
    case 'infected':
      return vscode.l10n.t('Infected');
    case 'clean':
      return vscode.l10n.t('Clean');
    case 'inconclusive':
      return vscode.l10n.t('Inconclusive');
  }
}

/** "Infected", "Running 3/43", "Paused 3/43", … */
export function stateWords(entry: ScanEntry): string {
  const count = entry.progress ?? entry.unfinished;
  const labels = count === undefined || count.labelsTotal === 0 ? '' : ` ${count.labelsDone}/${count.labelsTotal}`;
  switch (entry.state) {
    case 'queued':
      return vscode.l10n.t('Waiting');
    case 'preparing':
      return vscode.l10n.t('Reading model and samples');
    case 'running':
      return `${vscode.l10n.t('Running')}${labels}`;
    case 'paused':
      return `${vscode.l10n.t('Paused')}${labels}`;
    case 'failed':
      return vscode.l10n.t('Not scanned');
    case 'done':
      if (entry.outdated === true) return vscode.l10n.t('Outdated: the file has changed');
      return entry.report === undefined ? vscode.l10n.t('Not scanned') : verdictWord(entry.report.verdict);
  }
}

/** `Label 7`, or `7 turn right`. Names come from files and may be anything. */
export function labelWords({ label, name }: Pick<LabelResult, 'label' | 'name'>): string {
  return name === undefined || name === String(label)
    ? vscode.l10n.t('Label {0}', label)
    : `${label} ${plainText(name, 60)}`;
}

/** L1, index, p-value and success in short. */
export function labelFigures(result: LabelResult): string {
  switch (result.state) {
    case 'not-reached':
      return vscode.l10n.t('no trigger found');
    case 'screened':
      return vscode.l10n.t('dismissed by screening');
    case 'not-scanned':
      return vscode.l10n.t('not scanned');
    case 'found':
      return [
        `L1 ${formatNorm(result)}`,
        ...(result.anomalyIndex === undefined ? [] : [vscode.l10n.t('index {0}', formatFixed(result.anomalyIndex, 2))]),
        ...(result.pValue === undefined ? [] : [formatPEquation(result.pValue)]),
        ...(result.attackSuccess === undefined ? [] : [formatPercent(result.attackSuccess)]),
      ].join(' · ');
  }
}

/** What a label's result means, in plain sentences. */
export function labelSentences(result: LabelResult, report: ScanReport | undefined): string[] {
  const name = labelWords(result);
  switch (result.state) {
    case 'not-reached':
      return [vscode.l10n.t('No trigger was found that leads to {0} reliably. Its size says nothing.', name)];
    case 'screened':
      return [vscode.l10n.t('A first, short look showed nothing suspicious about {0}.', name)];
    case 'not-scanned':
      return [vscode.l10n.t('{0} was left out of the scan.', name)];
    case 'found': {
      const pixels = result.trigger === undefined ? undefined : result.trigger.width * result.trigger.height;
      const size = formatNorm(result);
      return [
        pixels === undefined
          ? vscode.l10n.t('A trigger of {0} pixels leads to {1}.', size, name)
          : vscode.l10n.t('A trigger of {0} of {1} pixels leads to {2}.', size, formatNumber(pixels, 0), name),
        ...(result.attackSuccess === undefined
          ? []
          : result.sourceLabel === undefined
            ? [vscode.l10n.t('It works on {0} of the other images.', formatPercent(result.attackSuccess))]
            : [
                vscode.l10n.t(
                  'It works on {0} of the images of label {1}, which alone obey it.',
                  formatPercent(result.attackSuccess),
                  result.sourceLabel,
                ),
              ]),
        ...(report?.median === undefined
          ? [vscode.l10n.t('Index and p-value are preliminary while the scan runs.')]
          : [vscode.l10n.t('Half of all labels need more than {0} pixels.', formatFixed(report.median, 1))]),
        ...(result.flagged ? [vscode.l10n.t('So small a trigger is suspicious: a sign of a backdoor.')] : []),
      ];
    }
  }
}

/** What to do next. */
export function nextStepWords(verdict: Verdict): string {
  switch (verdict) {
    case 'infected':
      return vscode.l10n.t(
        'Do not use this model. Look at the trigger, and repair the model or get it from another source.',
      );
    case 'clean':
      return vscode.l10n.t(
        'No backdoor of the patch kind was found. Filters, warping and very large triggers cannot be seen this way.',
      );
    case 'inconclusive':
      return vscode.l10n.t(
        'Look at the reasons; check the samples and their preprocessing, or scan with the preset Thorough.',
      );
  }
}
