/** @file Looks at visible documents again whenever something may have changed what is to be said of them. */
import * as vscode from 'vscode';
import { SETTINGS } from '../../shared/contributions';
import type { ScanStore } from '../scan/scanStore';

/** Milliseconds without a change after which documents are looked at. */
const PAUSE = 400;

export class VisibleDocuments implements vscode.Disposable {
  readonly #subscriptions: vscode.Disposable[];
  #timer: NodeJS.Timeout | undefined;
  /** One look follows the other, so that the last one has the last word. */
  #last: Promise<void> = Promise.resolve();

  /** `concerns` documents that are looked at. */
  constructor(
    store: ScanStore,
    concerns: (document: vscode.TextDocument) => boolean,
    private readonly look: () => Promise<void>,
  ) {
    const change = (): void => {
      this.#lookSoon();
    };
    this.#subscriptions = [
      store.onDidChange(change),
      vscode.window.onDidChangeVisibleTextEditors(change),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (concerns(document)) change();
      }),
      onDidChangeWish(change),
    ];
    this.#lookSoon();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #lookSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#last = this.#last.then(this.look);
    }, PAUSE);
  }
}

/** Whether documents are looked at, by the user's setting. */
export function isWanted(document: vscode.Uri): boolean {
  return vscode.workspace.getConfiguration(undefined, document).get<boolean>(SETTINGS.inCode) ?? true;
}

/** The user has changed that setting. */
export function onDidChangeWish(change: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(SETTINGS.inCode)) change();
  });
}
