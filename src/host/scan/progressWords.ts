/** @file How far a scan is, for notifications and the status bar. */
import * as vscode from 'vscode';
import type { ScanProgress } from '../../engine/detect/scanJob';
import { formatDuration } from '../../engine/support/numberText';
import type { ScanEntry } from '../../shared/scanEntry';
import { stateWords } from '../support/words';

/** "Reversing triggers: 3 of 43 labels, 2 min left" */
export function progressWords(entry: ScanEntry): string {
  const { state, progress } = entry;
  if (state !== 'running' || progress === undefined) return stateWords(entry);
  const labels =
    progress.phase === 'pairing'
      ? vscode.l10n.t('{0} of {1} pairs', progress.labelsDone, progress.labelsTotal)
      : vscode.l10n.t('{0} of {1} labels', progress.labelsDone, progress.labelsTotal);
  const { secondsLeft } = progress;
  const left = secondsLeft === undefined ? '' : `, ${vscode.l10n.t('{0} left', formatDuration(secondsLeft))}`;
  return `${phaseWords(progress.phase)}: ${labels}${left}`;
}

function phaseWords(phase: ScanProgress['phase']): string {
  switch (phase) {
    case 'screening':
      return vscode.l10n.t('Screening');
    case 'inverting':
      return vscode.l10n.t('Reversing triggers');
    case 'verifying':
      return vscode.l10n.t('Verifying');
    case 'pairing':
      return vscode.l10n.t('Asking pairs of labels');
  }
}
