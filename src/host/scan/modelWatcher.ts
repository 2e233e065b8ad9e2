/** @file Watches the files of scanned models: a result must not outlive what it was about. */
import * as vscode from 'vscode';
import type { ScanController } from './scanController';
import type { ScanStore } from './scanStore';
import { uriExists } from '../support/uriExists';

/** Milliseconds after which a deleted file is gone; programs replace files by deleting and writing anew. */
const SETTLE = 400;

export class ModelWatcher implements vscode.Disposable {
  /** By the URI of the model. */
  readonly #watchers = new Map<string, vscode.Disposable>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    private readonly store: ScanStore,
    private readonly scans: ScanController,
  ) {
    this.#subscriptions = [
      store.onDidChange((uri) => {
        this.#watch(uri);
      }),
      vscode.workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) void this.#renamed(oldUri, newUri);
      }),
    ];
    for (const { uri } of store.all()) this.#watch(uri);
  }

  dispose(): void {
    for (const disposable of [...this.#subscriptions, ...this.#watchers.values()]) disposable.dispose();
  }

  /** Once watched, a name stays watched: a deleted model may come back, for instance with another branch. */
  #watch(key: string): void {
    if (this.#watchers.has(key) || this.store.get(key) === undefined) return;
    const uri = vscode.Uri.parse(key, true);
    const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
    const pattern = new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), escapeGlob(name));
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    watcher.onDidCreate(() => void this.scans.appeared(uri));
    watcher.onDidChange(() => void this.scans.changed(uri));
    watcher.onDidDelete(() => setTimeout(() => void this.#deleted(uri), SETTLE));
    this.#watchers.set(key, watcher);
  }

  async #deleted(uri: vscode.Uri): Promise<void> {
    if (await uriExists(uri)) {
      await this.scans.changed(uri);
      return;
    }
    const scanned = this.scans.isActive(uri);
    this.scans.gone(uri);
    if (!scanned) return;
    const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
    void vscode.window.showWarningMessage(
      vscode.l10n.t('{0} was deleted or moved, so its scan was stopped. Scan it again where it is now.', name),
    );
  }

  /** A folder takes the models in it along. */
  async #renamed(from: vscode.Uri, to: vscode.Uri): Promise<void> {
    const [oldKey, newKey] = [from.toString(), to.toString()];
    for (const { uri } of this.store.all()) {
      if (uri !== oldKey && !uri.startsWith(`${oldKey}/`)) continue;
      await this.scans.renamed(vscode.Uri.parse(uri, true), vscode.Uri.parse(newKey + uri.slice(oldKey.length), true));
    }
  }
}

/** A name taken literally. */
function escapeGlob(name: string): string {
  return name.replace(/[*?[\]{}]/g, '[$&]');
}
