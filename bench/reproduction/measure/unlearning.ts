/** @file Unlearning with the reversed triggers, with the original ones, and with clean images alone (Table IV). */
import { withWeights } from '../../../src/engine/classify/withWeights';
import { invertAgain } from '../../../src/engine/repair/invertAgain';
import type { KnownTrigger } from '../../../src/engine/repair/judge';
import { thickened } from '../../../src/engine/repair/thicken';
import { REPAIR_DEFAULTS } from '../../../src/engine/repair/repairJob';
import { unlearn } from '../../../src/engine/repair/unlearn/unlearn';
import type { Evaluation } from '../../../src/engine/report/repairReport';
import type { Verdict } from '../../../src/engine/report/scanReport';
import { reversedTriggers } from '../../../src/engine/scan/reversedTriggers';
import { RAW } from '../../../src/engine/samples/preprocessing/preprocessing';
import { completeSettings } from '../../../src/engine/scan/settings';
import { trainableWeights } from '../../../src/engine/training/trainableWeights';
import type { Context } from '../experiment';
import type { ModelPlan } from '../models';
import { openModel, scanOf, targetsOf, type OpenModel } from '../scans';
import { judgeOf, originals, repairImages } from './repairImages';

export const LESSONS = ['reversed', 'original', 'clean'] as const;
export type Lesson = (typeof LESSONS)[number];

/** Shares 0–1; success is of the original triggers, of several the one that works best. */
export interface UnlearnRow {
  readonly before: { readonly accuracy: number; readonly success: number };
  readonly after: { readonly accuracy: number; readonly success: number };
}

export async function unlearnRow(context: Context, plan: ModelPlan, lesson: Lesson): Promise<UnlearnRow> {
  const opened = await openModel(context, plan);
  const triggers = await triggersOf(lesson, context, opened);
  // As a repair does, besides as they were reversed.
  const grown = lesson === 'reversed' ? thickened(triggers, opened.task.shape) : [];
  const { before, after } = await unlearned(context, opened, triggers, grown);
  return { before: worst(before), after: worst(after) };
}

/** Judges by `triggers` before and after they and `besides` are unlearned. */
async function unlearned(
  context: Context,
  opened: OpenModel,
  triggers: readonly KnownTrigger[],
  besides: readonly KnownTrigger[] = [],
): Promise<{ before: ManyFigures; after: ManyFigures }> {
  const { classifier, writable, model } = opened;
  const judge = judgeOf(context, opened, triggers);
  const before = await judge.evaluate(classifier);
  const { weights } = await unlearn({
    ...{ runtime: context.runtime, classifier, preprocessing: RAW, images: repairImages(opened), judge, before },
    ...{ triggers: [...triggers, ...besides], weights: trainableWeights(classifier, writable), seed: model.plan.seed },
    leastAccuracy: before.cleanAccuracy - REPAIR_DEFAULTS.maxAccuracyLoss,
  });
  return { before: figures(before), after: figures(await judge.evaluate(withWeights(classifier, weights))) };
}

/** What is unlearned; the training stops by these. */
async function triggersOf(lesson: Lesson, context: Context, opened: OpenModel): Promise<readonly KnownTrigger[]> {
  switch (lesson) {
    case 'reversed':
      return reverse(context, opened);
    case 'original':
      return originals(opened.model).map((trigger) => ({ ...trigger, source: 'reversed' }));
    case 'clean':
      return [];
  }
}

/** As many triggers a label as a repair looks for. */
async function reverse({ runtime }: Context, opened: OpenModel): Promise<readonly KnownTrigger[]> {
  const { model, classifier } = opened;
  const { seed } = model.plan;
  const job = {
    ...{ runtime, classifier, preprocessing: RAW, images: repairImages(opened) },
    subjects: targetsOf(model).map((label) => ({ label })),
    seeds: Array.from({ length: 1 + REPAIR_DEFAULTS.extraTriggers }, (_, i) => seed + i),
    settings: completeSettings({ scheme: 'paper', seed }, classifier.classes),
  };
  return (await invertAgain(job)).triggers;
}

function worst({ accuracy, success }: ManyFigures): UnlearnRow['before'] {
  return { accuracy, success: Math.max(...success) };
}

/** Shares 0–1. */
export interface UnlearnAllRow {
  readonly verdict: Verdict;
  /** How many labels the scan flags. */
  readonly flagged: number;
  readonly before: ManyFigures;
  readonly after: ManyFigures;
}

interface ManyFigures {
  readonly accuracy: number;
  /** Of each original trigger. */
  readonly success: readonly number[];
}

/** All labels' triggers at once, as a scan of every label finds them. */
export async function unlearnAllRow(context: Context, plan: ModelPlan): Promise<UnlearnAllRow> {
  const opened = await openModel(context, plan);
  const { verdict, flagged, ...scan } = await scanOf(context, plan, 'paper');
  const triggers = reversedTriggers({ ...scan, flagged }, 'all', opened.task.shape);
  return { verdict, flagged: flagged.length, ...(await unlearned(context, opened, triggers)) };
}

function figures({ cleanAccuracy, triggers }: Evaluation): ManyFigures {
  const given = triggers.filter(({ source }) => source === 'given');
  return { accuracy: cleanAccuracy, success: given.map(({ attackSuccess }) => attackSuccess) };
}
