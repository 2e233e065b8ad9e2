/** @file The population's labels as rows of features, and what the scans made of its models. */
import { comparedNorm } from '../../src/engine/detect/judge/comparedNorm';
import { beyondOthers } from '../../src/engine/detect/judge/beyondOthers';
import { type Asked, evidenceOf } from '../../src/engine/detect/judge/rule';
import { median } from '../../src/engine/detect/judge/outliers';
import { MIN_LABELS } from '../../src/engine/detect/judge/significance';
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
export function isExample({
  plan,
  cleanAccuracy,
  attackSuccess,
}: Pick<PopulationModel, 'plan' | 'cleanAccuracy' | 'attackSuccess'>): boolean {
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

/** Labels that the network was asked about, with what is known of them. */
export function askedOf({ labels, pixels }: MeasuredModel): { readonly label: number; readonly asked: Asked }[] {
  const beyond = beyondOthers(labels);
  return labels.flatMap(({ label, l1, response, lostWhenMoved }) =>
    l1 === undefined || response === undefined || lostWhenMoved === undefined
      ? []
      : [{ label, asked: { response, share: l1 / pixels, beyondOthers: beyond.get(label) ?? NaN } }],
  );
}

/**
 * Labels that the network was asked about, with the rule's evidence. Labels of infected models that the attacker did not choose are
 * left out: they may be lookalikes, which teach nothing about either kind.
 */
export function rowsOf(model: MeasuredModel): (LabelRow & { readonly label: number })[] {
  const { plan, targets } = model;
  return askedOf(model).flatMap(({ label, asked }) => {
    const infected = targets.includes(label);
    if (!infected && !isClean(model)) return [];
    return [{ group: `${plan.task} ${plan.network}`, model: plan.id, label, features: evidenceOf(asked), infected }];
  });
}

/** By label, its norm as a share of the median one; at most 1, and 1 where fewer than {@link MIN_LABELS} labels say nothing about the usual. */
export function relativeNorms(results: MeasuredModel['labels']): ReadonlyMap<number, number> {
  const found = results.filter(({ l1 }) => l1 !== undefined);
  const centre = found.length < MIN_LABELS ? 0 : median(found.map(comparedNorm));
  return new Map(found.map((result) => [result.label, centre === 0 ? 1 : Math.min(1, comparedNorm(result) / centre)]));
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
