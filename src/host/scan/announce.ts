/** @file The message at the end of scans: one for all of them, with the next step. */
import * as vscode from 'vscode';
import { modelName } from '../models/modelName';
import { plainText } from '../../engine/support/plainText';
import type { ScanReport, Verdict } from '../../engine/report/scanReport';
import { COMMANDS } from '../../shared/contributions';
import { engineText } from '../../shared/engineText';
import { isCancelled, sentenceOf, tell } from '../support/errors';
import { labelWords } from '../support/words';

export interface FinishedScan {
  readonly uri: vscode.Uri;
  readonly report: ScanReport;
}

const RANK: Readonly<Record<Verdict, number>> = { infected: 0, inconclusive: 1, clean: 2 };

export async function announce(results: readonly FinishedScan[]): Promise<void> {
  const [worst] = results.toSorted((a, b) => RANK[a.report.verdict] - RANK[b.report.verdict]);
  if (worst === undefined) return;
  const { uri, report } = worst;
  const show = vscode.l10n.t('Show Result');
  const repair = vscode.l10n.t('Repair…');
  const sentence = results.length === 1 ? outcome(worst) : outcomes(results);
  const canRepair = report.verdict === 'infected' && results.length === 1 && vscode.workspace.isTrusted;
  const actions = canRepair ? [show, repair] : [show];
  const answer = await (report.verdict === 'clean'
    ? vscode.window.showInformationMessage(sentence, ...actions)
    : vscode.window.showWarningMessage(sentence, ...actions));
  if (answer === show) await vscode.commands.executeCommand(COMMANDS.showResult, uri.toString());
  if (answer === repair) await vscode.commands.executeCommand(COMMANDS.repair, uri);
}

/** One message for everything that went wrong; the log has each of them. */
export function announceErrors(log: vscode.LogOutputChannel, errors: readonly unknown[]): void {
  const sentences = errors.filter((error) => !isCancelled(error)).map(sentenceOf);
  const [first] = sentences;
  if (first === undefined) return;
  tell(
    log,
    sentences.length === 1 ? first : vscode.l10n.t('{0} models were not scanned. {1}', sentences.length, first),
  );
}

function outcome({ uri, report }: FinishedScan): string {
  const name = modelName(uri);
  switch (report.verdict) {
    case 'infected': {
      const flagged = report.labels.filter((label) => label.flagged).map(labelWords);
      return vscode.l10n.t('{0} hides a backdoor to {1}.', name, flagged.slice(0, 5).join(', '));
    }
    case 'clean':
      return vscode.l10n.t('No backdoor was found in {0}.', name);
    case 'inconclusive': {
      const reason = plainText(engineText(report.reasons[0] ?? ''), 300);
      return vscode.l10n.t('It cannot be said whether {0} hides a backdoor: {1}', name, reason);
    }
  }
}

function outcomes(results: readonly FinishedScan[]): string {
  const infected = results.filter(({ report }) => report.verdict === 'infected').length;
  return infected === 0
    ? vscode.l10n.t('{0} models were scanned; in none of them a backdoor was found for certain.', results.length)
    : vscode.l10n.t('{0} of {1} models hide a backdoor.', infected, results.length);
}
