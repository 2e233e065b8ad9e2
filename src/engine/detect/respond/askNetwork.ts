/** @file Adds to the labels with the smallest triggers what the network answers when those are unlearned. */
import { maskOf, patternOf } from '../../report/decodeTrigger';
import type { LabelResult } from '../../report/scanReport';
import { relativeNorms } from '../judge/comparedNorm';
import type { ScanEvents } from '../scanJob';
import { examine, type Examination, type Suspect } from './examine';
import type { ResponseMeter } from './response';

export interface Answers {
  /** As they came, with `response` and `explainedBy` where the network was asked. */
  readonly results: readonly LabelResult[];
  /** See {@link Examination}. */
  readonly shortcuts: Examination['shortcuts'];
  readonly imagePasses: number;
}

export async function askNetwork(
  meter: ResponseMeter,
  events: ScanEvents,
  results: readonly LabelResult[],
  suspects: readonly number[],
): Promise<Answers> {
  const relative = relativeNorms(results);
  const asked = results
    .filter(({ label }) => suspects.includes(label))
    .flatMap(({ label, l1, trigger }): Suspect[] =>
      l1 === undefined || trigger === undefined
        ? []
        : [{ label, l1, relative: relative.get(label) ?? 1, mask: maskOf(trigger), pattern: patternOf(trigger) }],
    )
    .sort((a, b) => a.l1 - b.l1);
  if (asked.length === 0) return { results, shortcuts: [], imagePasses: 0 };
  const [labelsDone, labelsTotal] = [results.length, results.length];
  events.onProgress?.({ phase: 'verifying', done: 0, total: 1, labelsDone, labelsTotal, current: [] });
  const { responses, explainedBy, shortcuts, imagePasses } = await examine(meter, asked, events.signal);
  const answered = results.map((result): LabelResult => {
    const [response, cause] = [responses.get(result.label), explainedBy.get(result.label)];
    return {
      ...result,
      ...(response === undefined ? {} : { response }),
      ...(cause === undefined ? {} : { explainedBy: cause }),
    };
  });
  return { results: answered, shortcuts, imagePasses };
}
