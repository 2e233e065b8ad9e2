/** @file Triggers and curves of labels, asked for when they come into sight and kept while there is room. */
import type { LabelDetails, LabelRow } from '../../shared/panelMessages';
import { maskPicture } from '../pictures';
import { post } from '../vscodeApi';

/** Large results kept whole; thumbnails, which are small, are all kept. */
const KEPT = 40;
/** A request that brought nothing, as when the result went away, is repeated after so many milliseconds. */
const PATIENCE = 5000;

export class LabelDetailsCache {
  readonly #details = new Map<number, LabelDetails>();
  readonly #thumbnails = new Map<number, string>();
  /** When each label was asked for. */
  readonly #asked = new Map<number, number>();
  #missing: number[] = [];
  #results = new Map<number, string>();

  /** What it knows of labels with another result than before is dropped. */
  follow(rows: readonly LabelRow[]): void {
    const results = new Map(rows.map((row) => [row.label, `${row.state} ${row.l1 ?? ''}`]));
    for (const [label, result] of this.#results) {
      if (results.get(label) === result) continue;
      this.#details.delete(label);
      this.#thumbnails.delete(label);
      this.#asked.delete(label);
    }
    this.#results = results;
  }

  receive(details: LabelDetails): void {
    this.#asked.delete(details.label);
    this.#details.delete(details.label);
    this.#details.set(details.label, details);
    if (details.trigger) this.#thumbnails.set(details.label, maskPicture(details.trigger));
    const oldest = this.#details.keys().next();
    if (this.#details.size > KEPT && oldest.done !== true) this.#details.delete(oldest.value);
  }

  get(row: LabelRow): LabelDetails | undefined {
    const details = this.#details.get(row.label);
    if (!details) this.#need(row);
    return details;
  }

  thumbnail(row: LabelRow): string | undefined {
    const picture = this.#thumbnails.get(row.label);
    if (picture === undefined && row.hasTrigger) this.#need(row);
    return picture;
  }

  #need({ label, hasTrigger, hasCurve }: LabelRow): void {
    if (!hasTrigger && !hasCurve) return;
    if (performance.now() - (this.#asked.get(label) ?? -Infinity) < PATIENCE) return;
    this.#asked.set(label, performance.now());
    if (this.#missing.length === 0) {
      // One message for all that a drawing misses.
      queueMicrotask(() => {
        post({ type: 'needDetails', labels: this.#missing });
        this.#missing = [];
      });
    }
    this.#missing.push(label);
  }
}
