/** @file A chart from a webview becomes a file where the user wants it. */
import * as vscode from 'vscode';
import type { PanelMessage } from '../../shared/panelMessages';
import { writeFile } from '../support/writeFile';

export async function saveChart({ format, name, data }: Extract<PanelMessage, { type: 'exportChart' }>): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const fileName = `${name.replace(/[^a-z0-9-]/gi, '_')}.${format}`;
  const target = await vscode.window.showSaveDialog({
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, fileName) }),
    filters: { [format.toUpperCase()]: [format] },
  });
  if (target === undefined) return;
  const bytes = format === 'png' ? Buffer.from(data, 'base64') : new TextEncoder().encode(data);
  await writeFile(target, bytes, 'the chart');
}
