/** @file Fits the rules of src/engine/detect/judge to the population and writes their constants. */
import type { FittedRule } from '../../src/engine/detect/judge/fitted';
import { EVIDENCE } from '../../src/engine/detect/judge/rule';
import { thresholdAbove, writeConstants } from './constants';
import { crossValidated, fit, logOdds } from './fit';
import { type MeasuredModel, rowsOf } from './rows';

export interface Scores {
  readonly fitted: number;
  readonly held: number;
  /** As `held`, each figure of the evidence left out in turn. */
  readonly without: readonly number[];
}

export interface RuleFit {
  readonly rule: FittedRule;
  /** Of the labels of clean models the largest log-odds by weights that were fitted without their task and network. */
  readonly clean: number;
  readonly labels: number;
  /** Of each model the largest log-odds of a label, by the rule and by weights that were fitted without its task and network; −∞ where no label was asked about. */
  readonly largest: ReadonlyMap<string, Scores>;
}

/** What the page says of both. */
export interface Fits {
  readonly scan: RuleFit;
  readonly firstLook: RuleFit;
}

export function fitRules(models: readonly MeasuredModel[]): Fits {
  return { scan: fitRule(models), firstLook: fitRule(models.map((model) => ({ ...model, ...model.firstLook }))) };
}

/** Source-specific backdoors are left out: what is found of their labels is not the attacker's trigger. */
function fitRule(models: readonly MeasuredModel[]): RuleFit {
  const used = models.filter(({ plan }) => plan.attack?.kind !== 'source');
  const rows = used.flatMap(rowsOf);
  const weights = fit(rows);
  const fitted = rows.map((row) => logOdds(weights, row));
  const held = crossValidated(rows);
  const without = EVIDENCE.map((_, left) =>
    crossValidated(rows.map((row) => ({ ...row, features: row.features.filter((__, i) => i !== left) }))),
  );
  const clean = Math.max(...held.filter((_, i) => rows[i]?.infected === false));
  const largest = new Map(
    used.map(({ plan }) => {
      const most = (scores: readonly number[]): number =>
        Math.max(...scores.filter((_, i) => rows[i]?.model === plan.id));
      return [plan.id, { fitted: most(fitted), held: most(held), without: without.map(most) }];
    }),
  );
  const [bias = NaN, lnResponse = NaN, lnShare = NaN, beyondOthers = NaN] = weights;
  const rule = { bias, lnResponse, lnShare, beyondOthers, infected: thresholdAbove(clean) };
  return { rule, clean, labels: rows.length, largest };
}

/** See {@link writeConstants}. */
export function writeRules({ scan, firstLook }: Fits): Promise<boolean> {
  return writeConstants('fitted.ts', { SCAN: { ...scan.rule }, FIRST_LOOK: { ...firstLook.rule } });
}
