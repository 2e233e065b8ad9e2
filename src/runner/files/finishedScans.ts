/** @file Reports of finished scans on disk, so that an unchanged model is not scanned again. */
import { jsonReport, parseReport } from '../../engine/output/scanJson';
import type { ScanReport } from '../../engine/report/scanReport';
import type { FinishedScans } from '../../engine/scan/scanModel';
import { DiskCheckpoints } from './checkpoints';

/** One file per key; forgotten as checkpoints are. With `again`, finds nothing but keeps what is found anew. */
export class DiskFinishedScans implements FinishedScans {
  readonly #texts: DiskCheckpoints;

  constructor(folder: string, again: boolean) {
    this.#texts = new DiskCheckpoints(folder, !again);
  }

  async find(key: string): Promise<ScanReport | undefined> {
    const text = await this.#texts.load(key);
    if (text === undefined) return undefined;
    try {
      return parseReport(text);
    } catch {
      // Damaged, or of another version: the scan is made again.
      return undefined;
    }
  }

  async keep(key: string, report: ScanReport): Promise<void> {
    await this.#texts.save(key, jsonReport(report));
  }
}
