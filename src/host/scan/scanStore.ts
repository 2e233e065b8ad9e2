/** @file The scans the host knows of: the one place that tree, panels, problems and badges read from. */
import * as vscode from 'vscode';
import type { ScanEntry } from '../../shared/scanEntry';

export class ScanStore implements vscode.Disposable {
  readonly #entries = new Map<string, ScanEntry>();
  readonly #changed = new vscode.EventEmitter<string>();
  /** Fires with the URI of the model whose entry changed, appeared or went. */
  readonly onDidChange = this.#changed.event;

  get(uri: string): ScanEntry | undefined {
    return this.#entries.get(uri);
  }

  /** In the order they were added. */
  all(): readonly ScanEntry[] {
    return [...this.#entries.values()];
  }

  set(entry: ScanEntry): void {
    this.#entries.set(entry.uri, entry);
    this.#changed.fire(entry.uri);
  }

  remove(uri: string): void {
    if (this.#entries.delete(uri)) this.#changed.fire(uri);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
