/** @file Entry of the VS Code extension: wiring only. */
import * as vscode from 'vscode';
import { OUTPUT_CHANNEL } from './shared/contributions';

export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(vscode.window.createOutputChannel(OUTPUT_CHANNEL, { log: true }));
}
