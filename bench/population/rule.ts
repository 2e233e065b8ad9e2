/** @file Fits the rules of src/engine/detect/judge to the population and writes their constants. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { FittedRule } from '../../src/engine/detect/judge/fitted';
import { crossValidated, fit, logOdds } from './fit';
import { type MeasuredModel, rowsOf } from './rows';

const FITTED_FILE = path.resolve(...[import.meta.dirname, '..', '..', 'src', 'engine', 'detect', 'judge', 'fitted.ts']);

export interface RuleFit {
  readonly rule: FittedRule;
  readonly labels: number;
  /** Of each model the largest log-odds of a label, by the rule and by weights that were fitted without its task and network; −∞ where no label was asked about. */
  readonly largest: ReadonlyMap<string, { readonly fitted: number; readonly held: number }>;
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
  const clean = held.filter((_, i) => rows[i]?.infected === false);
  const largest = new Map(
    used.map(({ plan }) => {
      const most = (scores: readonly number[]): number =>
        Math.max(...scores.filter((_, i) => rows[i]?.model === plan.id));
      return [plan.id, { fitted: most(fitted), held: most(held) }];
    }),
  );
  const [bias = NaN, lnResponse = NaN, lnShare = NaN, beyondOthers = NaN] = weights;
  const rule = { bias, lnResponse, lnShare, beyondOthers, infected: Math.max(...clean) };
  return { rule, labels: rows.length, largest };
}

/** Replaces the constants in the engine's file. Tells whether they changed, so that whoever judges by them must start again. */
export async function writeRules({ scan, firstLook }: Fits): Promise<boolean> {
  const before = await fs.readFile(FITTED_FILE, 'utf8');
  const after = replaced(replaced(before, 'SCAN', scan.rule), 'FIRST_LOOK', firstLook.rule);
  await fs.writeFile(FITTED_FILE, after);
  return after !== before;
}

function replaced(source: string, name: string, rule: FittedRule): string {
  const lines = Object.entries(rule).map(([key, value]: [string, number]) => `  ${key}: ${rounded(key, value)},`);
  return source.replace(new RegExp(`(?<=const ${name}: FittedRule = \\{\\n)[^}]*(?=\\n\\})`), lines.join('\n'));
}

/** Two decimals; a threshold that is to lie above all clean labels is rounded up. */
function rounded(key: string, value: number): string {
  return String(key === 'infected' ? Math.ceil(10 * value) / 10 : Number(value.toFixed(2)));
}
