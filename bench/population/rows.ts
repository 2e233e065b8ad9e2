/** @file The population's labels as rows of features, and what the scans made of its models. */
import { comparedNorm, relativeNorms } from '../../src/engine/detect/judge/comparedNorm';
import { LEAST_SHARE } from '../../src/engine/detect/judge/rule';
import { assess } from '../../src/engine/detect/judge/verdict';
import { completeSettings } from '../../src/engine/scan/settings';
import type { LabelRow } from './fit';
import type { ModelEvidence } from './evidence';
import type { PopulationModel } from './models';

export type MeasuredModel = PopulationModel & ModelEvidence;

/** As the product would judge the same figures today, so that a change of the rule needs no new scans. */
export function reassessed(model: MeasuredModel): MeasuredModel {
  const { labels, pixels } = model;
  const settings = completeSettings({}, labels.length);
  const judge = (
    results: MeasuredModel['labels'],
    firstLook: boolean,
  ): Pick<MeasuredModel, 'verdict' | 'flagged' | 'labels'> =>
    assess(results, {
      settings,
      classes: labels.length,
      scanned: labels.length,
      pixels,
      ...(firstLook && { firstLook: true }),
    });
  return { ...model, ...judge(labels, false), firstLook: judge(model.firstLook.labels, true) };
}

/** A model whose backdoor does not work, or that has not learned its task, is no example of anything. */
export function isExample({ plan, cleanAccuracy, attackSuccess }: PopulationModel): boolean {
  const least = { mnist: 0.85, mnist2: 0.85, mnist3: 0.85, gtsrb: 0.75, cifar10: 0.6 }[plan.task];
  return cleanAccuracy >= least && attackSuccess.every((rate) => rate >= 0.8);
}

export function isClean({ plan }: PopulationModel): boolean {
  return plan.attack === undefined;
}

/** Models on which a smallest norm can say something: enough labels, and clean or with patches that all images obey. */
export function isComparable({ plan, labels }: MeasuredModel): boolean {
  const kind = plan.attack?.kind;
  return labels.length >= 4 && kind !== 'blended' && kind !== 'source';
}

export const FEATURES = ['ln response', '−ln max(share of the image, 0.02)', '−ln norm by the median'] as const;

/**
 * Labels that the network was asked about, with {@link FEATURES}. Labels of infected models that the attacker did not choose are
 * left out: they may be lookalikes, which teach nothing about either kind.
 */
export function rowsOf(model: MeasuredModel): (LabelRow & { readonly label: number })[] {
  const { plan, targets, pixels, labels } = model;
  const relative = relativeNorms(labels);
  return labels.flatMap(({ label, l1, response }) => {
    if (l1 === undefined || response === undefined) return [];
    const infected = targets.includes(label);
    if (!infected && !isClean(model)) return [];
    const features = [
      Math.log(response),
      -Math.log(Math.max(l1 / pixels, LEAST_SHARE)),
      -Math.log(relative.get(label) ?? 1),
    ];
    return [{ group: `${plan.task} ${plan.network}`, model: plan.id, label, features, infected }];
  });
}

/** Of all labels, by the median one. */
export function smallestRelative({ labels }: Pick<MeasuredModel, 'labels'>): number {
  return Math.min(...relativeNorms(labels).values());
}

/** Nothing the attacker chose was missed or added. */
export function isExact({ flagged, targets }: MeasuredModel): boolean {
  return flagged.length === targets.length && targets.every((label) => flagged.includes(label));
}

/** The label whose trigger is smallest. */
export function firstSuspect({ labels }: MeasuredModel): number | undefined {
  return labels.filter(({ l1 }) => l1 !== undefined).sort((a, b) => comparedNorm(a) - comparedNorm(b))[0]?.label;
}
