/** @file Badges of scanned models in the Explorer. */
import * as vscode from 'vscode';
import type { Verdict } from '../../engine/report/scanReport';
import type { ScanStore } from '../scan/scanStore';

export class FileBadges implements vscode.FileDecorationProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChangeFileDecorations = this.#changed.event;
  readonly #shown = new Map<string, Verdict | undefined>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(private readonly store: ScanStore) {
    this.#subscriptions = [
      vscode.window.registerFileDecorationProvider(this),
      store.onDidChange((uri) => {
        const verdict = this.#verdict(uri);
        if (this.#shown.get(uri) === verdict) return;
        this.#shown.set(uri, verdict);
        this.#changed.fire(vscode.Uri.parse(uri, true));
      }),
    ];
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    switch (this.#verdict(uri.toString())) {
      case 'infected':
        return new vscode.FileDecoration(
          '!',
          vscode.l10n.t('A backdoor was found'),
          new vscode.ThemeColor('list.errorForeground'),
        );
      case 'clean':
        return new vscode.FileDecoration('✓', vscode.l10n.t('No backdoor was found'));
      case 'inconclusive':
        return new vscode.FileDecoration(
          '?',
          vscode.l10n.t('It cannot be said whether there is a backdoor'),
          new vscode.ThemeColor('list.warningForeground'),
        );
      case undefined:
        return undefined;
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  /** Of the file as it is now; none while it is scanned or after it has changed. */
  #verdict(uri: string): Verdict | undefined {
    const entry = this.store.get(uri);
    return entry?.state === 'done' && entry.outdated !== true ? entry.report?.verdict : undefined;
  }
}
