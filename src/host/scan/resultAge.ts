/** @file Judges whether a result is outdated, because its model has another content by now. */
import * as vscode from 'vscode';
import type { StoredResult } from './resultStorage';
import type { SavedScans } from './savedScans';
import type { ScanEngine } from './scanEngine';
import type { ScanEntries } from './scanEntries';
import { fileState, isSame } from './scanOrder';

export class ResultAge {
  constructor(
    private readonly entries: ScanEntries,
    private readonly saved: SavedScans,
    private readonly engine: () => Promise<ScanEngine>,
  ) {}

  /** Marks the entry of the result. The hash decides, where size or time have changed. */
  async judge({ uri: key, file, report, ...rest }: StoredResult): Promise<void> {
    const uri = vscode.Uri.parse(key, true);
    const now = await fileState(uri).catch(() => undefined);
    if (now === undefined || report === undefined) return;
    if (isSame(file, now)) {
      this.entries.markOutdated(uri, false);
      return;
    }
    this.entries.markOutdated(uri, true);
    if (now.size !== file.size) return;
    // Hashing a large file is work for the engine process.
    const inspection = await this.engine()
      .then((engine) => engine.inspect({ model: uri.fsPath }))
      .catch(() => undefined);
    if (inspection?.sha256 !== report.model.sha256) return;
    this.entries.markOutdated(uri, false);
    await this.saved.save({ ...rest, uri: key, report, file: now });
  }
}
