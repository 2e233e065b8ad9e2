/** @file Keeps scans on disk, finished or not, for the next window. */
import type * as vscode from 'vscode';
import type { ResultStorage, StoredResult } from './resultStorage';
import { fileState, storedOrder, type ScanOrder } from './scanOrder';
import type { ScanRun } from './scanRun';

export class SavedScans {
  constructor(
    private readonly storage: ResultStorage,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** A full disk must not cost the result that is on the screen. */
  async save(result: StoredResult): Promise<void> {
    try {
      await this.storage.save(result);
    } catch (error) {
      this.log.warn(`The result of ${result.uri} cannot be saved: ${String(error)}`);
    }
  }

  /** Of a scan that was stopped or failed, with how far it came. */
  async saveUnfinished(run: ScanRun, error?: string): Promise<void> {
    const progress = run.entry?.progress;
    const file = await fileState(run.order.uri).catch(() => ({ size: 0, modified: 0 }));
    await this.save({
      ...storedOrder(run.order),
      file,
      ...(progress !== undefined && { labels: [progress.labelsDone, progress.labelsTotal] as const }),
      ...(error !== undefined && { error }),
    });
  }

  load(uri: vscode.Uri): Promise<StoredResult | undefined> {
    return this.storage.load(uri.toString());
  }

  /** All that can be read, the oldest first. */
  all(): Promise<StoredResult[]> {
    return this.storage.all((file, error) => {
      this.log.warn(`The saved result ${file} cannot be read: ${String(error)}`);
    });
  }

  /** The result is found under the name of this order from now on. */
  async move(from: vscode.Uri, { uri, samples }: ScanOrder): Promise<void> {
    const stored = await this.load(from);
    if (stored !== undefined) await this.save({ ...stored, uri: uri.toString(), samples });
    await this.remove(from);
  }

  remove(uri: vscode.Uri): Promise<void> {
    return this.storage.remove(uri.toString());
  }
}
