/** @file A job of the engine behind a notification: it may have to wait for others, and can be cancelled. */
import * as vscode from 'vscode';
import type { JobListener } from '../../runner/client/client';

export async function jobProgress<T>(title: string, job: (listener: JobListener) => Promise<T>): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, cancellable: true, title };
  return vscode.window.withProgress(options, async (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => {
      abort.abort();
    });
    progress.report({ message: vscode.l10n.t('Waiting') });
    const onStart = (): void => {
      progress.report({ message: vscode.l10n.t('Computing') });
    };
    return job({ signal: abort.signal, onStart });
  });
}
