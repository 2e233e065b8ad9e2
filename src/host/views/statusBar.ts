/** @file One short item on the left while scans run. */
import * as vscode from 'vscode';
import { COMMANDS, CONTEXT_KEYS } from '../../shared/contributions';
import { progressWords } from '../scan/progressWords';
import type { ScanStore } from '../scan/scanStore';

export class StatusBar implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('neuralCleanse.scans', vscode.StatusBarAlignment.Left, 0);
  readonly #subscription: vscode.Disposable;
  #running = false;

  constructor(private readonly store: ScanStore) {
    this.#item.name = 'Neural Cleanse';
    this.#item.command = { command: COMMANDS.showResults, title: vscode.l10n.t('Show Results') };
    this.#subscription = store.onDidChange(() => {
      this.#update();
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#item.dispose();
  }

  #update(): void {
    const active = this.store.all().filter(({ state }) => ['queued', 'preparing', 'running'].includes(state));
    const current = active.find(({ state }) => state !== 'queued') ?? active[0];
    if (this.#running !== (current !== undefined)) {
      this.#running = current !== undefined;
      void vscode.commands.executeCommand('setContext', CONTEXT_KEYS.running, this.#running);
    }
    if (current === undefined) {
      this.#item.hide();
      return;
    }
    const count =
      current.progress === undefined ? '…' : `${current.progress.labelsDone}/${current.progress.labelsTotal}`;
    const waiting = active.length > 1 ? ` (+${active.length - 1})` : '';
    const text = `$(loading~spin) ${vscode.l10n.t('Backdoor scan {0}', count)}${waiting}`;
    if (this.#item.text !== text) this.#item.text = text;
    const words = `${current.name}: ${progressWords(current)}`;
    if (this.#item.tooltip !== words) {
      this.#item.tooltip = words;
      this.#item.accessibilityInformation = { label: words, role: 'status' };
    }
    this.#item.show();
  }
}
