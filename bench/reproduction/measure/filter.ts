/** @file Filters made from the reversed trigger, judged with the original one on images that neither they nor the scan have seen (Fig. 8). */
import { calibrateFilter } from '../../../src/engine/filter/calibrate';
import { ImageFilter, REJECTED } from '../../../src/engine/filter/imageFilter';
import { imagesOfOthers, stamping } from '../../../src/engine/identify/identifyTrigger';
import { RAW } from '../../../src/engine/samples/preprocessing/preprocessing';
import { paperFilter } from '../../lib/paperFilter';
import type { Context } from '../experiment';
import type { ModelPlan } from '../models';
import { FILTER_RATES } from '../paper';
import { halves, openModel, reversedTrigger } from '../scans';

/** Shares 0–1: of the clean images those rejected, of the stamped ones those that are not. */
export interface FilterFigures {
  readonly rejected: number;
  readonly missed: number;
}

/** By {@link FILTER_RATES}. */
export interface FilterRow {
  /** The paper's filter: mean activation of the 1 % of the neurons before the logits. */
  readonly paper: readonly FilterFigures[];
  /** The product's. */
  readonly own: readonly FilterFigures[];
}

export async function filterRow(context: Context, plan: ModelPlan): Promise<FilterRow> {
  const { runtime } = context;
  const { model, task, classifier } = await openModel(context, plan);
  const { target, trigger: original } = model.backdoors[0]!;
  const { scanned, unseen } = halves(task);
  const victims = imagesOfOthers(unseen, target);
  const triggers = [await reversedTrigger(context, plan, target)];
  const shared = { runtime, classifier, preprocessing: RAW };
  const { layers, at } = await calibrateFilter({ ...shared, samples: scanned, triggers });
  const [paper, own]: [FilterFigures[], FilterFigures[]] = [[], []];
  for (const rate of FILTER_RATES) {
    const theirs = await paperFilter(runtime, classifier, scanned, triggers, rate);
    paper.push({
      rejected: share(await theirs.check(unseen)),
      missed: 1 - share(await theirs.check(victims, stamping(original))),
    });
    await theirs.dispose();
    const ours = await ImageFilter.compile(runtime, { ...shared, layers, profiles: at(rate).profiles });
    const rejects = async (...images: Parameters<typeof ours.check>): Promise<boolean[]> =>
      Array.from((await ours.check(...images)).labels, (label) => label === REJECTED);
    own.push({
      rejected: share(await rejects(unseen)),
      missed: 1 - share(await rejects(victims, stamping(original))),
    });
    await ours.dispose();
  }
  return { paper, own };
}

function share(answers: readonly boolean[]): number {
  return answers.filter(Boolean).length / answers.length;
}
