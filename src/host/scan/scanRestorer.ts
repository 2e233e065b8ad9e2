/** @file Brings back what earlier windows left of scans. */
import * as vscode from 'vscode';
import type { ResultAge } from './resultAge';
import type { StoredResult } from './resultStorage';
import type { SavedScans } from './savedScans';
import type { ScanEntries } from './scanEntries';
import { fileState } from './scanOrder';

export class ScanRestorer {
  constructor(
    private readonly entries: ScanEntries,
    private readonly saved: SavedScans,
    private readonly age: ResultAge,
  ) {}

  /** The models may have changed or gone since. */
  async restoreAll(): Promise<void> {
    for (const result of await this.saved.all()) await this.#restore(result);
  }

  /** What was left of one model, if anything. */
  async restore(uri: vscode.Uri): Promise<void> {
    const result = await this.saved.load(uri);
    if (result !== undefined) await this.#restore(result);
  }

  async #restore(result: StoredResult): Promise<void> {
    const uri = vscode.Uri.parse(result.uri, true);
    if (this.entries.get(uri) !== undefined) return;
    const file = await fileState(uri).catch(() => undefined);
    if (file === undefined) return;
    const { report, samples, sample, repairedFrom } = result;
    const order = {
      uri,
      samples,
      ...(sample !== undefined && { sample }),
      ...(repairedFrom !== undefined && { repairedFrom }),
    };
    this.entries.restore(order, result);
    if (report !== undefined) await this.age.judge(result);
  }
}
