/** @file Entry of the VS Code extension: wiring only. */
import type * as vscode from 'vscode';
import { createLog } from './host/log';

export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(createLog());
}
