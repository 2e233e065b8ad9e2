/** @file What the measured population shows, as a page. */
import { EVIDENCE } from '../../src/engine/detect/judge/rule';
import { rocAuc } from './fit';
import { nameOf } from './plan';
import type { Fits, RuleFit, Scores } from './rule';
import { firstSuspect, isClean, isComparable, isExact, type MeasuredModel, smallestRelative } from './rows';

export function populationPage(models: readonly MeasuredModel[], fits: Fits): string {
  const infected = models.filter((model) => !isClean(model));
  const clean = models.filter(isClean);
  const asked = infected.filter(({ plan }) => plan.attack?.kind !== 'source' && plan.attack?.kind !== 'blended');
  const comparable = models.filter(isComparable);
  return `# The population

\`npm run bench:population -- --data FOLDER\`: ${models.length} models so far, ${clean.length} clean and ${infected.length} infected, of which
${models.filter(({ plan }) => !['paper', 'deep'].includes(plan.network)).length} were trained by PyTorch. Each had one standard scan with 1,000 images that it was not trained on.
Models whose backdoor works in less than 80 % of the images are left out.

| measure | |
| --- | --- |
| clean models called infected | ${share(clean, ({ verdict }) => verdict === 'infected')} |
| clean models called clean | ${share(clean, ({ verdict }) => verdict === 'clean')} |
| infected verdicts, patch triggers (several labels and nine triggers too) | ${share(asked, ({ verdict }) => verdict === 'infected')} |
| the attacker's label is the first suspect, of these | ${share(asked, (model) => model.targets.includes(firstSuspect(model) ?? -1))} |
| flagged set is exactly the attacker's labels, of these | ${share(asked, isExact)} |
| ROC-AUC of the smallest norm by the median | ${auc(comparable, (model) => -smallestRelative(model))} |
| ROC-AUC of the smallest share of the image | ${auc(comparable, smallestShare)} |
| first look: clean models with a suspicious label | ${share(clean, ({ firstLook }) => firstLook.flagged.length > 0)} |
| first look: the attacker's label is suspicious, patch triggers | ${share(asked, ({ targets, firstLook }) => firstLook.flagged.some((label) => targets.includes(label)))} |
${passesRows(models)}

The rule of a scan, ${regression(models, fits.scan)}

That of a first look without images, ${regression(models, fits.firstLook)}

![Response against norm, and ROC curves](population.svg)

## By attack

${byAttack(infected)}

## By model

Responses are those of the labels that the network was asked about.

${byModel(models)}
`;
}

function share(models: readonly MeasuredModel[], holds: (model: MeasuredModel) => boolean): string {
  return `${models.filter(holds).length} of ${models.length}`;
}

function smallestShare({ labels, pixels }: MeasuredModel): number {
  return -Math.min(...labels.flatMap(({ l1 }) => (l1 === undefined ? [] : [l1]))) / pixels;
}

function auc(models: readonly MeasuredModel[], score: (model: MeasuredModel) => number): string {
  const positive = models.map((model) => !isClean(model));
  return rocAuc(models.map(score), positive).toFixed(3);
}

function passesRows(models: readonly MeasuredModel[]): string {
  return [...new Set(models.map(({ plan }) => plan.task))]
    .map((task) => {
      const passes = models.filter(({ plan }) => plan.task === task).map(({ imagePasses }) => imagePasses);
      const [mean, most] = [passes.reduce((a, b) => a + b, 0) / passes.length, Math.max(...passes)];
      return `| image passes of a scan, ${task}: mean, most | ${Math.round(mean).toLocaleString('en-US')}, ${most.toLocaleString('en-US')} |`;
    })
    .join('\n');
}

/** What the rule's constants come from; a model counts by its largest label. */
function regression(models: readonly MeasuredModel[], { rule, clean, labels, largest }: RuleFit): string {
  const patches = models.filter((model) => largest.has(model.plan.id) && model.plan.attack?.kind !== 'blended');
  const curve = (score: (scores: Scores) => number | undefined): string =>
    auc(patches, ({ plan }) => {
      const scores = largest.get(plan.id);
      return (scores && score(scores)) ?? NaN;
    });
  const infected = patches.filter((model) => !isClean(model));
  const found = share(infected, ({ plan }) => (largest.get(plan.id)?.held ?? NaN) > rule.infected);
  const weights = [rule.lnResponse, rule.lnShare, rule.beyondOthers];
  const terms = EVIDENCE.map((name, i) => `${(weights[i] ?? NaN).toFixed(2)} · ${name}`).join(' + ');
  return `fitted to ${labels} labels: log-odds = ${rule.bias.toFixed(2)} + ${terms}. ROC-AUC of a model's largest log-odds, patch triggers: ${curve((scores) => scores.fitted)}; cross-validated, leaving out one task and network at a time: ${curve((scores) => scores.held)} (without ${EVIDENCE.map((name, i) => `${name} ${curve(({ without }) => without[i])}`).join(', ')}). Of clean models' labels the largest cross-validated log-odds are ${clean.toFixed(2)}, so that the threshold is ${rule.infected.toFixed(1)}; ${found} infected models have more, cross-validated.`;
}

function byAttack(infected: readonly MeasuredModel[]): string {
  const kinds = [
    ...new Set(infected.map(({ plan }) => `${plan.task} ${plan.attack === undefined ? '' : nameOf(plan.attack)}`)),
  ];
  const lines = kinds.map((kind) => {
    const own = infected.filter(
      ({ plan }) => `${plan.task} ${plan.attack === undefined ? '' : nameOf(plan.attack)}` === kind,
    );
    return [kind, share(own, ({ verdict }) => verdict === 'infected'), share(own, isExact)];
  });
  return table([['attack', 'infected verdicts', 'exactly the attacker’s labels'], ...lines]);
}

function byModel(models: readonly MeasuredModel[]): string {
  const lines = models.map((model) => {
    const { plan, cleanAccuracy, attackSuccess, targets, verdict, flagged, labels, pixels, imagePasses } = model;
    const asked = labels.filter(({ response }) => response !== undefined);
    const range = (ours: boolean): string => {
      const own = asked.filter(({ label }) => targets.includes(label) === ours).map(({ response }) => response ?? NaN);
      return own.length === 0 ? '' : `${Math.min(...own).toFixed(1)} … ${Math.max(...own).toFixed(1)}`;
    };
    const shares = labels
      .filter(({ label, l1 }) => targets.includes(label) && l1 !== undefined)
      .map(({ l1 = NaN }) => (100 * l1) / pixels);
    return [
      plan.id,
      (100 * cleanAccuracy).toFixed(1),
      attackSuccess.length === 0 ? '' : (100 * Math.min(...attackSuccess)).toFixed(0),
      targets.join(' '),
      `${verdict} ${flagged.join(' ')}`,
      shares.length === 0 ? '' : Math.max(...shares).toFixed(1),
      range(true),
      range(false),
      imagePasses.toLocaleString('en-US'),
    ];
  });
  const head = [
    'model',
    'accuracy',
    'attack',
    "attacker's labels",
    'verdict, flagged',
    'their share of the image, %',
    'their response',
    'response of others',
    'image passes',
  ];
  return table([head, ...lines]);
}

export function table([head = [], ...lines]: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
