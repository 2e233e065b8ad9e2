/** @file The images of a repair, as in the paper: a tenth of the training images to work with, all of them where there are few of each class, unseen ones to judge by. */
import { Judge, type KnownTrigger } from '../../../src/engine/repair/judge';
import { splitSamples } from '../../../src/engine/repair/splitSamples';
import { RAW } from '../../../src/engine/samples/preprocessing/preprocessing';
import type { LabelledImages } from '../../../src/engine/samples/samples';
import { labelled, slice } from '../../lib/data';
import type { Context } from '../experiment';
import { halves, type OpenModel } from '../scans';
import type { TaskName } from '../tasks';

/** As the paper with PubFig, Omniglot gives all: a tenth would be one or two images of each class, with which nothing can be learned. */
const SHARES: Readonly<Record<TaskName, number>> = { mnist: 0.1, gtsrb: 0.1, omniglot: 1 };
const JUDGED = 3000;

export function repairImages({ task, model }: OpenModel): LabelledImages {
  return splitSamples(labelled(task.train), SHARES[task.name], model.plan.seed).repair;
}

/** Follows the attacker's own triggers, and those given. */
export function judgeOf({ runtime }: Context, { task, model }: OpenModel, reversed: readonly KnownTrigger[]): Judge {
  const { unseen } = halves(task);
  const heldOut = labelled(slice(unseen, 0, Math.min(JUDGED, unseen.count)));
  return new Judge(runtime, RAW, heldOut, [...originals(model), ...reversed], undefined);
}

export function originals({ backdoors }: Pick<OpenModel['model'], 'backdoors'>): KnownTrigger[] {
  return backdoors.map(({ trigger, target }) => ({ label: target, source: 'given', ...trigger }));
}
