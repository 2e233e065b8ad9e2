/** @file A whole detection: invert labels, ask the network about the suspects, assess. */
import { CancelledError } from '../support/errors';
import type { Classifier } from '../classify/classifier';
import { Evaluator } from '../classify/evaluator';
import type { LabelTrigger } from '../classify/labelTrigger';
import { withUsualLogits } from '../classify/usualLogits';
import type { LabelResult } from '../report/scanReport';
import { Checkpoint } from './budget/checkpoint';
import { invertEveryLabel } from './budget/everyLabel';
import type { RunningScan } from './budget/invertLabels';
import { emptyResult } from './budget/labelResult';
import { finishSuspects, race } from './budget/race';
import { chooseSuspects, furtherSuspects } from './budget/suspects';
import { assess, type Assessment, type Evidence } from './judge/verdict';
import { LEAST_CLASSES } from './pairs/pair';
import { scanPairs } from './pairs/scanPairs';
import { type Answers, askNetwork } from './respond/askNetwork';
import { lostWhenMoved } from './respond/lostWhenMoved';
import { type ResponseMeter, responseMeter } from './respond/response';
import type { DetectionJob, ScanEvents } from './scanJob';

export interface Detection extends Assessment {
  readonly imagePasses: number;
  readonly seconds: number;
}

/** Throws {@link CancelledError} after saving the checkpoint. */
export async function scanLabels(given: DetectionJob, events: ScanEvents): Promise<Detection> {
  const started = given.now();
  const { runtime, preprocessing, images, checkpointKey } = given;
  const raw = await Evaluator.compile(runtime, given.classifier, preprocessing);
  let classifier: Classifier;
  try {
    classifier = await withUsualLogits(given.classifier, raw, images, events.signal);
  } finally {
    await raw.dispose();
  }
  // Anew: what a trigger does to a label's margin is measured in these logits. The predictions are the same.
  const evaluator = await Evaluator.compile(runtime, classifier, preprocessing);
  try {
    const checkpoint = await Checkpoint.open(events.checkpoints, checkpointKey, classifier.input);
    return await detect({ job: { ...given, classifier }, events, checkpoint, evaluator, started });
  } finally {
    await evaluator.dispose();
  }
}

async function detect(scan: RunningScan): Promise<Detection> {
  const { job, events, checkpoint, started } = scan;
  const { classifier, settings } = job;
  try {
    const labels = settings.labels ?? Array.from({ length: classifier.classes }, (_, label) => label);
    const results = await (settings.scheme === 'race' ? race : invertEveryLabel)(scan, labels);
    const answers = await pursue(scan, results);
    const evidence: Evidence = {
      settings,
      classes: classifier.classes,
      scanned: labels.length,
      pixels: classifier.input.height * classifier.input.width,
      ...(job.firstLook && { firstLook: true as const }),
      ...(job.accuracyDoubt === undefined ? {} : { accuracyDoubt: job.accuracyDoubt }),
    };
    const everyLabel = everyClass(job, answers.results);
    let assessment = assess(everyLabel, evidence);
    let pairPasses = 0;
    if (settings.pairs === true && job.firstLook !== true && classifier.classes >= LEAST_CLASSES) {
      // Labels that images of any other reach need no source.
      const search = await scanPairs(
        scan,
        labels.filter((label) => !assessment.flagged.includes(label)),
      );
      assessment = assess(everyLabel, { ...evidence, pairs: search.pairs });
      pairPasses = search.imagePasses;
      for (const label of assessment.labels) if (label.sourceLabel !== undefined) events.onLabel?.(label);
    }
    await checkpoint.remove();
    return {
      ...assessment,
      imagePasses: checkpoint.imagePasses + answers.imagePasses + pairPasses,
      seconds: checkpoint.seconds + job.now() - started,
    };
  } catch (error) {
    if (error instanceof CancelledError) await checkpoint.save(job.now(), started, true);
    throw error;
  }
}

/**
 * Inverts the suspects to the end and asks the network about them. As long as the largest of those asked last turns out to be a backdoor's,
 * the next ones are looked at too.
 */
async function pursue(
  scan: RunningScan,
  raced: readonly LabelResult[],
): Promise<Pick<Answers, 'results' | 'imagePasses'>> {
  const { job, events, evaluator } = scan;
  const { settings, images, classifier } = job;
  const moved = (triggers: readonly LabelTrigger[]): Promise<ReadonlyMap<number, number>> =>
    lostWhenMoved(evaluator, images, classifier.input, triggers, settings.seed, events.signal);
  const lookedAt = new Set<number>();
  let [results, imagePasses] = [raced, 0];
  let suspects = chooseSuspects(raced);
  let meter: ResponseMeter | undefined;
  while (suspects.length > 0) {
    if (settings.scheme === 'race') results = await finishSuspects(scan, results, suspects);
    meter ??= await responseMeter({
      ...job,
      loss: settings.loss,
      seed: settings.seed,
      ...(events.signal && { signal: events.signal }),
    });
    if (meter === undefined) break;
    const answers = await askNetwork(meter, moved, events, results, suspects);
    results = answers.results;
    imagePasses += answers.imagePasses;
    for (const label of suspects) lookedAt.add(label);
    const largest = suspects.at(-1);
    suspects = largest !== undefined && answers.shortcuts.includes(largest) ? furtherSuspects(raced, lookedAt) : [];
  }
  return { results, imagePasses };
}

/** Labels that the user left out appear in the report too. */
function everyClass(job: DetectionJob, results: readonly LabelResult[]): LabelResult[] {
  const scanned = new Map(results.map((result) => [result.label, result]));
  return Array.from(
    { length: job.classifier.classes },
    (_, label) => scanned.get(label) ?? emptyResult(label, 'not-scanned', job),
  );
}
