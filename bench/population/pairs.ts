/** @file The rule for pairs of labels, fitted to the population, and what it makes of it. */
import {
  isBackdoorPair,
  isDoubtfulPair,
  PAIR_EVIDENCE,
  pairEvidenceOf,
  pairLogOdds,
} from '../../src/engine/detect/judge/pairRule';
import type { PairResult, Verdict } from '../../src/engine/report/scanReport';
import { thresholdAbove, writeConstants } from './constants';
import { crossValidated, fit, type LabelRow, rocAuc } from './fit';
import { table } from './page';
import type { ModelPlan } from './plan';

export interface PairModel {
  readonly plan: ModelPlan;
  /** The attacker's. */
  readonly pair?: Pick<PairResult, 'source' | 'target'>;
  readonly attackSuccess?: number;
  readonly cleanAccuracy: number;
  readonly classes: number;
  readonly verdict: Verdict;
  readonly flagged: readonly number[];
  readonly pairs: readonly PairResult[];
  readonly imagePasses: number;
  readonly seconds: number;
}

export interface PairFit {
  readonly weights: readonly number[];
  readonly infected: number;
  /** Of each pair of each model, by weights fitted without its task and network; −∞ without pairs. */
  readonly held: ReadonlyMap<string, readonly number[]>;
  readonly rows: number;
}

export function fitPairs(models: readonly PairModel[]): PairFit {
  const rows = models.flatMap(rowsOf);
  const used = rows.filter(({ teaches }) => teaches);
  const weights = fit(used);
  const scores = crossValidated(rows, ({ teaches }) => teaches);
  const clean = Math.max(...scores.filter((_, i) => rows[i]?.teaches === true && !rows[i].infected));
  const held = new Map(models.map(({ plan }) => [plan.id, scores.filter((_, i) => rows[i]?.model === plan.id)]));
  return { weights, infected: thresholdAbove(clean), held, rows: used.length };
}

/** As the product would judge the same figures with the constants of today. */
export function rejudged(model: PairModel): PairModel {
  const before = new Set(model.pairs.filter(({ flagged }) => flagged).map(({ target }) => target));
  const own = model.flagged.filter((label) => !before.has(label));
  const pairs = model.pairs.map((pair) => ({ ...pair, flagged: isBackdoorPair(pair) }));
  const reached = pairs.filter((pair) => pair.flagged).map(({ target }) => target);
  const flagged = [...new Set([...own, ...reached])].sort((a, b) => a - b);
  // What was inconclusive then may have been so for its labels.
  const rest = pairs.some(isDoubtfulPair) ? 'inconclusive' : model.verdict === 'infected' ? 'clean' : model.verdict;
  if (own.length > 0) return { ...model, pairs, flagged, verdict: 'infected' };
  return { ...model, pairs, flagged, verdict: rest };
}

/** See {@link writeConstants}. */
export function writePairRule({ weights, infected }: PairFit): Promise<boolean> {
  const [bias = NaN, relativeL1 = NaN, response = NaN, effectOnOthers = NaN, tiedToPlace = NaN] = weights;
  return writeConstants('fittedPairs.ts', {
    PAIRS: { bias, relativeL1, response, effectOnOthers, tiedToPlace, infected },
  });
}

type PairRow = LabelRow & { readonly teaches: boolean };

/** Pairs of infected models that the attacker did not choose teach nothing: they may be alike in what they reach. */
function rowsOf({ plan, pair, pairs }: PairModel): PairRow[] {
  return pairs.map((one) => {
    const infected = pair !== undefined && one.source === pair.source && one.target === pair.target;
    return {
      ...{ group: `${plan.task} ${plan.network}`, model: plan.id, features: pairEvidenceOf(one) },
      ...{ infected, teaches: infected || pair === undefined },
    };
  });
}

export function pairsPage(models: readonly PairModel[], { weights, infected, held, rows }: PairFit): string {
  const clean = models.filter(({ pair }) => pair === undefined);
  const attacked = models.filter(({ pair }) => pair !== undefined);
  const largest = (model: PairModel): number => Math.max(-Infinity, ...(held.get(model.plan.id) ?? []));
  const auc = rocAuc(
    models.map(largest),
    models.map(({ pair }) => pair !== undefined),
  );
  const isRight = ({ pair }: PairModel, one: PairModel['pairs'][number] | undefined): boolean =>
    one !== undefined && one.source === pair?.source && one.target === pair.target;
  const best = (model: PairModel): number => (held.get(model.plan.id) ?? []).indexOf(largest(model));
  const bestNow = ({ pairs }: PairModel): number => {
    const odds = pairs.map(pairLogOdds);
    return odds.indexOf(Math.max(...odds));
  };
  const count = (list: readonly PairModel[], holds: (model: PairModel) => boolean): string =>
    `${list.filter(holds).length} of ${list.length}`;
  const terms = PAIR_EVIDENCE.map((name, i) => `${(weights[i + 1] ?? NaN).toFixed(2)} · ${name}`).join(' + ');
  const cost = [...new Set(models.map(({ classes }) => classes))].map((classes) => {
    const own = models.filter((model) => model.classes === classes);
    const mean = (value: (model: PairModel) => number): number =>
      own.reduce((sum, model) => sum + value(model), 0) / own.length;
    return `| ${classes} labels: pairs inverted briefly; 8 K log₂ K; image passes; seconds of one core, mean | ${(classes * (classes - 1)).toLocaleString('en-US')}; ${Math.round(8 * classes * Math.log2(classes)).toLocaleString('en-US')}; ${Math.round(mean(({ imagePasses }) => imagePasses)).toLocaleString('en-US')}; ${mean(({ seconds }) => seconds).toFixed(0)} |`;
  });
  return `# Source-specific backdoors

\`npm run bench:pairs -- --data FOLDER\`: ${models.length} models so far, ${clean.length} clean and ${attacked.length} with a white 4×4 square that only images of one label obey. Each had one
standard scan with \`--pairs\` and 1,000 images that it was not trained on. Models whose backdoor works in less than 80 % of the source's images are left out.

| measure | |
| --- | --- |
| clean models with a flagged pair | ${count(clean, ({ flagged }) => flagged.length > 0)} |
| clean models called clean | ${count(clean, ({ verdict }) => verdict === 'clean')} |
| the right pair flagged alone | ${count(attacked, (model) => model.pairs.some((one) => one.flagged && isRight(model, one)) && model.flagged.length === 1)} |
| not called clean, and the attacker's pair is the most suspicious one | ${count(attacked, (model) => model.verdict !== 'clean' && isRight(model, model.pairs[bestNow(model)]))} |
| the attacker's pair is the first by its norm | ${count(attacked, (model) => isRight(model, model.pairs[0]))} |
| the same by the rule, cross-validated | ${count(attacked, (model) => isRight(model, model.pairs[best(model)]))} |
| found, right and above the threshold, cross-validated | ${count(attacked, (model) => isRight(model, model.pairs[best(model)]) && largest(model) >= infected)} |
| ROC-AUC of a model's largest log-odds, cross-validated | ${auc.toFixed(3)} |
${cost.join('\n')}

The rule, fitted to ${rows} pairs: log-odds = ${(weights[0] ?? NaN).toFixed(2)} + ${terms}; flagged from ${infected} on, which is a quarter above the largest of any clean model's pair, by weights that were
fitted without its task and kind of network.

## By model

Of the attacker's pair, and of the most suspicious other one: norm, share of what is usual for these labels, response, effect on others, tied to its place; log-odds cross-validated.

${table([
  [
    'model',
    'attack',
    'verdict, flagged',
    "attacker's pair",
    'its figures',
    'log-odds',
    'others',
    'figures',
    'log-odds',
  ],
  ...models.map((model) => {
    const scores = held.get(model.plan.id) ?? [];
    const own = model.pairs.findIndex((one) => isRight(model, one));
    const [other = -1] = [...model.pairs.keys()]
      .filter((i) => i !== own)
      .sort((a, b) => (scores[b] ?? NaN) - (scores[a] ?? NaN));
    const cells = (i: number): string[] => {
      const one = model.pairs[i];
      if (one === undefined) return ['', '', ''];
      const { source, target, l1, relativeL1, response = NaN, effectOnOthers, tiedToPlace } = one;
      const figures = [l1.toFixed(1), relativeL1.toFixed(2), `×${response.toFixed(1)}`];
      return [
        `${source} → ${target}`,
        [...figures, effectOnOthers.toFixed(2), tiedToPlace.toFixed(2)].join(', '),
        (scores[i] ?? NaN).toFixed(1),
      ];
    };
    const { plan, attackSuccess, verdict, flagged, pair } = model;
    const [, figures = 'not among them', odds = ''] = own < 0 && pair !== undefined ? [] : cells(own);
    return [
      plan.id,
      attackSuccess === undefined ? '' : (100 * attackSuccess).toFixed(0),
      `${verdict} ${flagged.join(' ')}`,
      pair === undefined ? '' : `${pair.source} → ${pair.target}`,
      figures,
      odds,
      ...cells(other),
    ];
  }),
])}
`;
}
