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
  const counts = countWords(progress);
  const { secondsLeft } = progress;
  const left = secondsLeft === undefined ? '' : `, ${vscode.l10n.t('{0} left', formatDuration(secondsLeft))}`;
  return `${phaseWords(progress.phase)}: ${counts}${left}`;
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
    case 'comparing':
      return vscode.l10n.t('Comparing with networks of the samples');
  }
}

function countWords({ phase, labelsDone, labelsTotal }: ScanProgress): string {
  switch (phase) {
    case 'pairing':
      return vscode.l10n.t('{0} of {1} pairs', labelsDone, labelsTotal);
    case 'comparing':
      return vscode.l10n.t('{0} of {1} networks', labelsDone, labelsTotal);
    case 'screening':
    case 'inverting':
    case 'verifying':
      return vscode.l10n.t('{0} of {1} labels', labelsDone, labelsTotal);
  }
}
