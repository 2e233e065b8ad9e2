/** @file Adds to the labels with the smallest triggers what the network answers when those are unlearned. */
import type { LabelTrigger } from '../../classify/labelTrigger';
import { maskOf, patternOf } from '../../report/decodeTrigger';
import type { LabelResult } from '../../report/scanReport';
import { beyondOthers } from '../judge/beyondOthers';
import type { ScanEvents } from '../scanJob';
import { examine, type Examination, type Suspect } from './examine';
import type { ResponseMeter } from './response';

export interface Answers {
  /** As they came, with `response`, `lostWhenMoved` and `explainedBy` where the network was asked. */
  readonly results: readonly LabelResult[];
  /** See {@link Examination}. */
  readonly shortcuts: Examination['shortcuts'];
  readonly imagePasses: number;
}

/** `moved` says of each trigger how much it loses when it is moved; see {@link lostWhenMoved}. */
export async function askNetwork(
  meter: ResponseMeter,
  moved: (triggers: readonly LabelTrigger[]) => Promise<ReadonlyMap<number, number>>,
  events: ScanEvents,
  results: readonly LabelResult[],
  suspects: readonly number[],
): Promise<Answers> {
  const triggers = results
    .filter(({ label }) => suspects.includes(label))
    .flatMap(({ label, l1, trigger }) =>
      l1 === undefined || trigger === undefined
        ? []
        : [{ label, l1, mask: maskOf(trigger), pattern: patternOf(trigger) }],
    )
    .sort((a, b) => a.l1 - b.l1);
  if (triggers.length === 0) return { results, shortcuts: [], imagePasses: 0 };
  const [labelsDone, labelsTotal] = [results.length, results.length];
  events.onProgress?.({ phase: 'verifying', done: 0, total: 1, labelsDone, labelsTotal, current: [] });
  const lost = await moved(triggers);
  const measured = results.map((result): LabelResult => {
    const share = lost.get(result.label) ?? NaN;
    return Number.isNaN(share) ? result : { ...result, lostWhenMoved: share };
  });
  const beyond = beyondOthers(measured);
  const asked = triggers.map((one): Suspect => ({ ...one, beyondOthers: beyond.get(one.label) ?? NaN }));
  const { responses, explainedBy, shortcuts, imagePasses } = await examine(meter, asked, events.signal);
  const answered = measured.map((result): LabelResult => {
    const [response, cause] = [responses.get(result.label), explainedBy.get(result.label)];
    return {
      ...result,
      ...(response === undefined ? {} : { response }),
      ...(cause === undefined ? {} : { explainedBy: cause }),
    };
  });
  return { results: answered, shortcuts, imagePasses };
}
