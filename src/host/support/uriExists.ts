/** @file Whether something is at a place in any of the editor's file systems. */
import * as vscode from 'vscode';

/** A file or folder; `false` also where it cannot be seen. */
export async function uriExists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
