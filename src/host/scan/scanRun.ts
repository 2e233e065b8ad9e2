/** @file One scan that is queued or under way, and how the news of it reach its entry. */
import type { CurvePoint } from '../../engine/report/scanReport';
import type { ScanListener } from '../../runner/client/client';
import type { ScanEntry } from '../../shared/scanEntry';
import type { EntryChange, ScanEntries } from './scanEntries';
import type { ScanOrder } from './scanOrder';

export class ScanRun {
  readonly #abort = new AbortController();
  readonly #curves = new Map<number, CurvePoint[]>();
  /** The file was replaced while it was scanned. */
  changed = false;
  /** The file is gone: there is nothing to keep. */
  gone = false;

  constructor(
    /** Follows the file where it is renamed. */
    public order: ScanOrder,
    private readonly entries: ScanEntries,
  ) {}

  get entry(): ScanEntry | undefined {
    return this.entries.get(this.order.uri);
  }

  begin(): void {
    this.entries.begin(this.order);
  }

  show(change: EntryChange): void {
    if (!this.gone) this.entries.show(this.order, change);
  }

  stop(): void {
    this.#abort.abort();
  }

  /** Shows what the engine tells; a curve grows with each progress. */
  listener(): ScanListener {
    return {
      signal: this.#abort.signal,
      onStart: () => {
        this.show({ state: 'preparing' });
      },
      onProgress: (progress) => {
        for (const { label, latest } of progress.current) {
          const curve = this.#curves.get(label) ?? [];
          this.#curves.set(label, curve);
          if (latest !== undefined && curve.at(-1)?.update !== latest.update) curve.push(latest);
        }
        const running = progress.current.map(({ label }) => ({ label, curve: [...(this.#curves.get(label) ?? [])] }));
        this.show({ state: 'running', progress, running });
      },
      onLabel: (result) => {
        const labels = this.entry?.labels ?? [];
        this.show({
          state: 'running',
          labels: [...labels.filter(({ label }) => label !== result.label), result],
        });
      },
    };
  }
}
