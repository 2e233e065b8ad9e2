/** @file Looks for further triggers of known labels, so that a repair does not rest on a single reversed one. */
import type { CleanImages } from '../samples/samples';
import { Inversion } from '../detect/invert/inversion';
import { InversionTask, runInversions } from '../detect/invert/runInversions';
import type { Subject } from '../detect/invert/shortInversion';
import { inversionOptions } from '../detect/invert/inversionOptions';
import { TriggerStep } from '../detect/invert/triggerStep';
import type { Classifier } from '../classify/classifier';
import type { CancelSignal } from '../support/cancellation';
import type { ScanSettings } from '../report/scanReport';
import type { Runtime } from '../runtime/runtime';
import type { Preprocessing } from '../samples/preprocessing/preprocessing';
import type { KnownTrigger } from './judge';

export interface InvertAgainJob {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  readonly images: CleanImages;
  readonly subjects: readonly Subject[];
  readonly seeds: readonly number[];
  /** Of the scan. */
  readonly settings: ScanSettings;
  readonly signal?: CancelSignal;
  /** Updates done and planned, over all inversions. */
  onProgress?(done: number, total: number): void;
}

export interface FoundTriggers {
  /** With the number of pixels that the mask covers; inversions that reached no success are left out. */
  readonly triggers: readonly (KnownTrigger & { readonly l1: number })[];
  readonly imagePasses: number;
}

/** One inversion per subject and seed, as a scan makes them. */
export async function invertAgain(job: InvertAgainJob): Promise<FoundTriggers> {
  const { runtime, classifier, preprocessing, images, settings, signal } = job;
  const jobs = job.subjects.flatMap((subject) => job.seeds.map((seed) => ({ ...subject, seed })));
  const shape = { labels: 1, batch: settings.batchSize };
  const step = await TriggerStep.compile(runtime, classifier, preprocessing, shape, settings.loss);
  try {
    const found: (KnownTrigger & { l1: number })[] = [];
    let done = 0;
    const tasks = jobs.map(
      ({ label, sourceLabel, seed }) =>
        new InversionTask(
          new Inversion(label, seed, classifier.input, inversionOptions(settings)),
          images,
          sourceLabel,
        ),
    );
    const imagePasses = await runInversions(step, tasks, classifier.input, ({ inversion }) => inversion.finished, {
      ...(signal === undefined ? {} : { signal }),
      onUpdate: (active) => {
        done += active.length;
        job.onProgress?.(done, jobs.length * settings.updates);
      },
      onFinished: ({ inversion, sourceLabel }) => {
        const { label, trigger } = inversion.result();
        if (trigger === undefined) return;
        found.push({ label, source: 'reversed', ...(sourceLabel !== undefined && { sourceLabel }), ...trigger });
      },
    });
    return { triggers: found, imagePasses };
  } finally {
    await step.dispose();
  }
}
