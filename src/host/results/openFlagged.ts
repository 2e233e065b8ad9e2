/** @file A problem of a binary model opens our view of it instead of VS Code's "the file is binary". */
import * as vscode from 'vscode';
import { MODEL_EDITOR } from '../../shared/contributions';
import { isNamedLikeModel } from '../../runner/files/modelFiles';
import { flaggedLabels } from './problems';
import type { ScanStore } from '../scan/scanStore';

/** Problems can't name the editor to be opened in, so the text editor of a flagged model is replaced as it opens. */
export function openFlaggedModels(store: ScanStore, log: vscode.LogOutputChannel): vscode.Disposable {
  return vscode.window.tabGroups.onDidChangeTabs(({ opened }) => {
    for (const tab of opened) {
      if (!(tab.input instanceof vscode.TabInputText)) continue;
      const { uri } = tab.input;
      // A model.json is text and may well be read as such.
      if (!isNamedLikeModel(uri.path) || flaggedLabels(store.get(uri.toString())).length === 0) continue;
      replace(tab, uri).catch((error: unknown) => {
        log.warn(`The overview of ${uri.fsPath} cannot be opened: ${String(error)}`);
      });
    }
  });
}

async function replace(tab: vscode.Tab, uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', uri, MODEL_EDITOR, {
    viewColumn: tab.group.viewColumn,
    preview: tab.isPreview,
  });
  const text = tab.group.tabs.find(
    ({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === uri.toString(),
  );
  if (text !== undefined) await vscode.window.tabGroups.close(text, true);
}
