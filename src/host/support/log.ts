/** @file The output channel, where errors and progress of all scans are told. */
import * as vscode from 'vscode';
import { OUTPUT_CHANNEL } from '../../shared/contributions';

export function createLog(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel(OUTPUT_CHANNEL, { log: true });
}
