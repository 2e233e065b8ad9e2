/** @file What the measured population shows, as a page. */
import { shortNorm } from '../../src/engine/detect/invert/shortInversion';
import { UNLEARNING } from '../../src/engine/detect/respond/response';
import type { ModelEvidence } from './evidence';
import { crossValidated, fit, type LabelRow, rocAuc } from './fit';
import { SHORTCUT_SCORE, shortcutScore } from '../../src/engine/detect/judge/rule';
import type { PopulationModel } from './models';
import { nameOf } from './plan';

export type MeasuredModel = PopulationModel & ModelEvidence;

/** A model whose backdoor does not work, or that has not learned its task, is no example of anything. */
export function isExample({ plan, cleanAccuracy, attackSuccess }: PopulationModel): boolean {
  const least = plan.task === 'cifar10' ? 0.6 : 0.85;
  return cleanAccuracy >= least && attackSuccess.every((rate) => rate >= 0.8);
}

/** Labels that were asked. Of an infected model, those the attacker did not choose may be lookalikes: they teach nothing. */
export function rowsOf(model: MeasuredModel): LabelRow[] {
  const { plan, targets, pixels } = model;
  return model.labels.flatMap(({ label, heat, l1, after }): LabelRow[] => {
    const curve = after?.[String(UNLEARNING.learningRate)];
    if (l1 === undefined || curve === undefined) return [];
    const infected = targets.includes(label);
    const features = [Math.log(shortNorm(curve) / shortNorm(heat)), Math.log(l1 / pixels)];
    return [{ group: `${plan.task} ${plan.network}`, model: plan.id, features, infected }];
  });
}

export function populationPage(models: readonly MeasuredModel[]): string {
  const rows = models.flatMap(rowsOf);
  const used = rows.filter(({ model, infected }) => infected || isClean(models, model));
  const weights = fit(used);
  const scores = crossValidated(used);
  const perModel = models.map((model) => {
    const own = used.flatMap((row, i) => (row.model === model.plan.id ? [scores[i]!] : []));
    return { model, score: Math.max(-Infinity, ...own) };
  });
  const infectedModels = perModel.map(({ model }) => model.plan.attack !== undefined);
  const auc = rocAuc(
    perModel.map(({ score }) => score),
    infectedModels,
  );
  const lines = models.map((model) => {
    const asked = rowsOf(model);
    const best = (infected: boolean): string => {
      const responses = asked.filter((row) => row.infected === infected).map(({ features }) => Math.exp(features[0]!));
      return responses.length === 0
        ? ''
        : `${Math.min(...responses).toFixed(1)} … ${Math.max(...responses).toFixed(1)}`;
    };
    const shares = asked.filter((row) => row.infected).map(({ features }) => 100 * Math.exp(features[1]!));
    const scores = (infected: boolean): number[] =>
      asked
        .filter((row) => row.infected === infected)
        .map(({ features }) => shortcutScore(Math.exp(features[0]!), Math.exp(features[1]!)));
    const worst = scores(true);
    return [
      model.plan.id,
      (100 * model.cleanAccuracy).toFixed(1),
      model.attackSuccess.length === 0 ? '' : (100 * Math.min(...model.attackSuccess)).toFixed(0),
      model.targets.join(' '),
      best(true),
      shares.length === 0 ? '' : Math.max(...shares).toFixed(1),
      worst.length === 0 ? '' : Math.min(...worst).toFixed(2),
      best(false),
      Math.max(...scores(false)).toFixed(2),
    ];
  });
  const head = [
    ...['model', 'accuracy', 'attack', "attacker's labels", 'their response', 'largest share of the image, %'],
    ...['smallest score', 'response of other suspects', 'their largest score'],
  ];
  const table = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const kinds = new Map<string, number>();
  for (const { plan } of models) {
    const kind = plan.attack === undefined ? 'clean' : nameOf(plan.attack);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return `# The population

\`npm run bench:population -- --data FOLDER\`: ${models.length} models so far (${[...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ')}), of which the
regression is fitted on ${used.length} labels. Models whose backdoor works in less than 80 % of the images are left out.

Log-odds that a label is a backdoor's: ${weights[0]!.toFixed(2)} + ${weights[1]!.toFixed(2)} · ln response + ${weights[2]!.toFixed(2)} · ln share. ROC-AUC of the largest log-odds of a
model, cross-validated by leaving out one task and network: ${auc.toFixed(3)}. The product's rule is the score ln response − ½ ln share ≥ ${SHORTCUT_SCORE}.

${table}
`;
}

function isClean(models: readonly MeasuredModel[], id: string): boolean {
  return models.find(({ plan }) => plan.id === id)?.plan.attack === undefined;
}
