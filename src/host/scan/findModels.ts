/** @file The models behind what the user pointed at: files, folders, or something that is neither. What is left out is told. */
import * as fs from 'node:fs/promises';
import * as vscode from 'vscode';
import { modelName } from '../models/modelName';
import { COMMANDS } from '../../shared/contributions';
import { showError, tell } from '../support/errors';
import { inExplorerOrder } from '../models/explorerOrder';
import { looksLikeModel, modelsInFolder } from '../../runner/files/modelFiles';
import type { Services } from '../services';

/** Files of this machine that are not being scanned already, in the order in which the Explorer shows them. */
export async function findModels(
  services: Pick<Services, 'engine' | 'log' | 'scans'>,
  uris: readonly vscode.Uri[],
): Promise<vscode.Uri[]> {
  const models = new Map<string, vscode.Uri>();
  for (const uri of uris) {
    for (const model of await modelsOf(services, uri)) models.set(model.toString(), model);
  }
  const busy = [...models.values()].find((uri) => services.scans.isActive(uri));
  if (busy !== undefined) void tellBusy(modelName(busy));
  const idle = [...models.values()].filter((uri) => !services.scans.isActive(uri));
  return inExplorerOrder(idle, (uri) => uri);
}

async function modelsOf(
  { engine, log }: Pick<Services, 'engine' | 'log'>,
  uri: vscode.Uri,
): Promise<readonly vscode.Uri[]> {
  const name = modelName(uri);
  if (uri.scheme !== 'file') {
    tell(log, vscode.l10n.t('{0} is not on a disk of this machine. Save it locally, then scan it there.', name));
    return [];
  }
  try {
    const stat = await fs.stat(uri.fsPath).catch(() => undefined);
    if (stat === undefined) {
      tell(log, vscode.l10n.t('{0} does not exist any more.', name));
      return [];
    }
    if (stat.isDirectory()) {
      const models = await modelsInFolder(uri.fsPath);
      if (models.length === 0) tell(log, vscode.l10n.t('No model was found in the folder {0}.', name));
      return models.map((model) => vscode.Uri.file(model));
    }
    // What does not look like a model may still be one; where it is not, the engine says what it is instead.
    if (!(await looksLikeModel(uri.fsPath))) await (await engine()).inspect({ model: uri.fsPath });
    return [uri];
  } catch (error) {
    showError(log, error);
    return [];
  }
}

async function tellBusy(name: string): Promise<void> {
  const show = vscode.l10n.t('Show Results');
  const answer = await vscode.window.showInformationMessage(vscode.l10n.t('{0} is being scanned already.', name), show);
  if (answer === show) await vscode.commands.executeCommand(COMMANDS.showResults);
}
