/** @file The one way of errors to the user: a sentence in a message, the rest in the log. */
import * as vscode from 'vscode';
import { CancelledError, describe, NeuralCleanseError } from '../../engine/support/errors';
import { plainText } from '../../engine/support/plainText';
import { engineText } from '../../shared/engineText';

/** One plain sentence with a way on. */
export function sentenceOf(error: unknown): string {
  if (error instanceof NeuralCleanseError) {
    return capitalised(plainText(describe(error.summary, error.details, engineText), 600));
  }
  const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return vscode.l10n.t('Something unexpected went wrong: {0}. The log has the details.', plainText(reason, 300));
}

export function isCancelled(error: unknown): boolean {
  return error instanceof CancelledError || error instanceof vscode.CancellationError;
}

export function logError(log: vscode.LogOutputChannel, error: unknown): void {
  if (error instanceof NeuralCleanseError) {
    log.error(`${error.name}: ${error.message}`);
    if (error.stack !== undefined) log.debug(error.stack);
  } else {
    log.error(error instanceof Error ? error : String(error));
  }
}

/** Not awaited: a message stays until somebody closes it. */
export function showError(log: vscode.LogOutputChannel, error: unknown): void {
  if (isCancelled(error)) return;
  logError(log, error);
  tell(log, sentenceOf(error));
}

/** An error message with a way to the log. */
export function tell(log: vscode.LogOutputChannel, sentence: string): void {
  const showLog = vscode.l10n.t('Show Log');
  void vscode.window.showErrorMessage(sentence, showLog).then((answer) => {
    if (answer === showLog) log.show();
  });
}

function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
