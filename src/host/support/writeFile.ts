/** @file Writes a file where the user wants it, also where that is no disk. */
import * as vscode from 'vscode';
import { cannotWrite } from '../../runner/files/cannotWrite';

/** `what` is the file for people, such as "the report". Throws a UsageError that says why it cannot be written. */
export async function writeFile(target: vscode.Uri, bytes: Uint8Array, what: string): Promise<void> {
  try {
    await vscode.workspace.fs.writeFile(target, bytes);
  } catch (error) {
    throw cannotWrite(what, target.fsPath, error);
  }
}
