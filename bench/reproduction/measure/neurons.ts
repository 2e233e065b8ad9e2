/** @file What the reversed and the original trigger do to the neurons before the logits (Tables III and V). */
import { identifyTrigger } from '../../../src/engine/identify/identifyTrigger';
import { RAW } from '../../../src/engine/samples/preprocessing/preprocessing';
import type { Context } from '../experiment';
import type { ModelPlan } from '../models';
import { halves, openModel, reversedTrigger } from '../scans';

export interface NeuronRow {
  /** Mean activation of the 1 % that the reversed trigger drives most. */
  readonly clean: number;
  readonly reversed: number;
  readonly original: number;
  /** IoU of those 1 % with the ones that the original trigger drives most. */
  readonly overlap: number;
  /** Success of the reversed trigger on images that the scan has not seen, 0–1. */
  readonly success: number;
}

export async function neuronRow(context: Context, plan: ModelPlan): Promise<NeuronRow> {
  const { model, task, classifier } = await openModel(context, plan);
  const { target, trigger: original } = model.backdoors[0]!;
  const { layers, attackSuccess } = await identifyTrigger({
    ...{ runtime: context.runtime, classifier, preprocessing: RAW, samples: halves(task).unseen, label: target },
    ...{ trigger: await reversedTrigger(context, plan, target), original },
  });
  const { clean, reversed, original: theirs } = layers.at(-1)!;
  return { clean, reversed, original: theirs!.activation, overlap: theirs!.overlap, success: attackSuccess };
}
