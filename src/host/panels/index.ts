/** @file Opens the panels. A stand-in until they are there: results are in the tree, samples are judged by their accuracy alone. */
/* eslint-disable @typescript-eslint/no-unused-vars -- the parameters are those that the panels will take */
import * as vscode from 'vscode';
import { formatPercent } from '../../engine/output/numbers';
import type { SamplesPreview } from '../../engine/samplesPreview';
import type { Services } from '../services';

export function registerPanels(_context: vscode.ExtensionContext, _services: Services): void {
  // Nothing to register yet.
}

export function showScanPanel(_uri: vscode.Uri, _label?: number): void {
  // The tree is all there is yet.
}

export function showRepairPanel(_uri: vscode.Uri): void {
  // Nothing to show yet.
}

/** Id of the preprocessing to use; `undefined` when the user leaves. */
export async function showSamplesPreview(preview: SamplesPreview, model: string): Promise<string | undefined> {
  const items = preview.candidates.map(({ id, label, accuracy }) => ({
    id,
    label,
    description: formatPercent(accuracy),
  }));
  return (await vscode.window.showQuickPick(items, { title: model, ignoreFocusOut: true }))?.id;
}
