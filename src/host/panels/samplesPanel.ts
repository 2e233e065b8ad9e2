/** @file Shows the samples before a scan and waits for the user's answer. */
import * as vscode from 'vscode';
import type { SamplesPreview } from '../../engine/inspect/samplesPreview';
import { plainText } from '../../engine/support/plainText';
import type { Services } from '../services';
import { PanelConnection } from './connection';

const SAMPLES_PANEL = 'neuralCleanse.samplesPanel';

/** Resolves with the id of the preprocessing to use, or with `undefined` where the user wants no scan. */
export function askWithSamples(
  services: Services,
  preview: SamplesPreview,
  model: string,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const title = vscode.l10n.t('Samples for {0}', plainText(model, 60));
    const panel = vscode.window.createWebviewPanel(SAMPLES_PANEL, title, vscode.ViewColumn.Active);
    panel.iconPath = vscode.Uri.joinPath(services.context.extensionUri, 'media', 'icon.svg');
    // After an answer this changes nothing any more.
    panel.onDidDispose(() => {
      resolve(undefined);
    });
    const connection = new PanelConnection(panel.webview, 'samples', services, {
      onReady: () => {
        connection.post({ type: 'preview', model, preview });
      },
      onMessage: (message) => {
        if (message.type !== 'action') return;
        const known = preview.candidates.some(({ id }) => id === message.choice);
        if (message.action === 'acceptSamples' && known) resolve(message.choice);
        if (message.action === 'acceptSamples' || message.action === 'rejectSamples') panel.dispose();
      },
    });
  });
}
