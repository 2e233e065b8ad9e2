/** @file What an attacker who knows the repair could still reach: the smallest triggers, learned anew against the repaired model. */
import type { Classifier } from '../classify/classifier';
import {
  SHORT_SCHEDULE,
  SHORT_UPDATES,
  shortNormsOf,
  type ShortInversionJob,
  type Subject,
} from '../detect/invert/shortInversion';
import type { RelearnedTrigger } from '../report/repairReport';

/** With the classifier as it was before the repair, and another seed than the scan's. */
export interface RelearnJob extends ShortInversionJob {
  readonly subjects: readonly Subject[];
}

/** Compares models repaired in several ways; what is the same for all of them is done once. */
export class Relearning {
  imagePasses = 0;
  #before: readonly number[] | undefined;

  constructor(private readonly job: RelearnJob) {}

  /** In the order of the job's. */
  async against(repaired: Classifier): Promise<readonly RelearnedTrigger[]> {
    const before = (this.#before ??= await this.#norms(this.job.classifier));
    const after = await this.#norms(repaired);
    return this.job.subjects.map(({ label }, i) => ({ label, before: before[i] ?? NaN, after: after[i] ?? NaN }));
  }

  async #norms(classifier: Classifier): Promise<readonly number[]> {
    this.imagePasses += this.job.subjects.length * SHORT_UPDATES * SHORT_SCHEDULE.batch;
    return shortNormsOf({ ...this.job, classifier }, this.job.subjects);
  }
}

/** How many times larger the trigger has to be, of the label for which that is least; `undefined` without labels. */
export function leastGrowth(relearned: readonly RelearnedTrigger[]): number | undefined {
  return relearned.length === 0 ? undefined : Math.min(...relearned.map(({ before, after }) => after / before));
}
