/** @file What an attacker who knows the repair could still reach: the smallest triggers, learned anew against the repaired model. */
import type { Classifier } from '../classify/classifier';
import { SHORT_SCHEDULE, SHORT_UPDATES, shortNorms, type ShortInversionJob } from '../detect/invert/shortInversion';
import type { RelearnedTrigger } from '../report/repairReport';

/** With the classifier as it was before the repair, and another seed than the scan's. */
export interface RelearnJob extends ShortInversionJob {
  readonly labels: readonly number[];
}

/** Compares models repaired in several ways; what is the same for all of them is done once. */
export class Relearning {
  imagePasses = 0;
  #before: ReadonlyMap<number, number> | undefined;

  constructor(private readonly job: RelearnJob) {}

  /** By label, in the order of the job's. */
  async against(repaired: Classifier): Promise<readonly RelearnedTrigger[]> {
    const before = (this.#before ??= await this.#norms(this.job.classifier));
    const after = await this.#norms(repaired);
    return this.job.labels.map((label) => ({
      label,
      before: before.get(label) ?? NaN,
      after: after.get(label) ?? NaN,
    }));
  }

  async #norms(classifier: Classifier): Promise<ReadonlyMap<number, number>> {
    this.imagePasses += this.job.labels.length * SHORT_UPDATES * SHORT_SCHEDULE.batch;
    return shortNorms({ ...this.job, classifier }, this.job.labels);
  }
}

/** How many times larger the trigger has to be, of the label for which that is least; `undefined` without labels. */
export function leastGrowth(relearned: readonly RelearnedTrigger[]): number | undefined {
  return relearned.length === 0 ? undefined : Math.min(...relearned.map(({ before, after }) => after / before));
}
