/** @file The population's evidence as a picture: response against relative norm, and the ROC curve of the smallest norm and of the rule's score. */
import { logOdds } from '../../src/engine/detect/judge/rule';
import { askedOf, isClean, isComparable, type MeasuredModel, relativeNorms, smallestRelative } from './rows';

const SIDE = 320;
const GAP = 60;
/** Below the axes, for their names and the legend. */
const FOOT = 110;
/** Readable on light and on dark pages. */
const COLOUR = { infected: '#d1242f', other: '#bf8700', clean: '#218bff', line: '#8c959f' } as const;

interface Point {
  readonly relative: number;
  readonly response: number;
  readonly kind: 'infected' | 'other' | 'clean';
}

export function evidenceFigure(models: readonly MeasuredModel[]): string {
  const points = models.flatMap(pointsOf);
  const width = 2 * SIDE + 3 * GAP;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${SIDE + GAP / 2 + FOOT}" font-family="sans-serif" font-size="12" fill="${COLOUR.line}">`,
    `<g transform="translate(${GAP} ${GAP / 2})">${scatter(points)}</g>`,
    `<g transform="translate(${SIDE + 2 * GAP} ${GAP / 2})">${roc(models.filter(isComparable))}</g>`,
    '</svg>\n',
  ].join('\n');
}

function pointsOf(model: MeasuredModel): Point[] {
  const relative = relativeNorms(model.labels);
  return model.labels.flatMap(({ label, response }): Point[] =>
    response === undefined
      ? []
      : [
          {
            relative: relative.get(label) ?? 1,
            response,
            kind: model.targets.includes(label) ? 'infected' : isClean(model) ? 'clean' : 'other',
          },
        ],
  );
}

/** Logarithmic on both axes. */
function scatter(points: readonly Point[]): string {
  const x = (relative: number): number => SIDE * (1 + Math.log10(Math.max(0.02, relative)) / Math.log10(50));
  const y = (response: number): number =>
    SIDE * (1 - Math.log(Math.min(30, Math.max(0.5, response)) / 0.5) / Math.log(60));
  const tick = (at: number, text: string, across: boolean): string =>
    across
      ? `<text x="${at.toFixed(1)}" y="${SIDE + 16}" text-anchor="middle">${text}</text>`
      : `<text x="-6" y="${(at + 4).toFixed(1)}" text-anchor="end">${text}</text>`;
  const order = ['other', 'clean', 'infected'] as const;
  return [
    frame('norm by the median', 'response'),
    ...[0.02, 0.1, 0.3, 1].map((value) => tick(x(value), String(value), true)),
    ...[1, 3, 10, 30].map((value) => tick(y(value), String(value), false)),
    ...order.flatMap((kind) =>
      points
        .filter((point) => point.kind === kind)
        .map(
          ({ relative, response }) =>
            `<circle cx="${x(relative).toFixed(1)}" cy="${y(response).toFixed(1)}" r="3" fill="${COLOUR[kind]}" fill-opacity="0.7"/>`,
        ),
    ),
    legend([
      ['infected', "attacker's labels"],
      ['other', 'other labels of infected models'],
      ['clean', 'labels of clean models'],
    ]),
  ].join('\n');
}

function roc(models: readonly MeasuredModel[]): string {
  const smallest = (model: MeasuredModel): number => -smallestRelative(model);
  const score = (model: MeasuredModel): number => Math.max(-10, ...askedOf(model).map(({ asked }) => logOdds(asked)));
  return [
    frame('clean models flagged', 'infected models found'),
    `<path d="M0 ${SIDE}L${SIDE} 0" stroke="${COLOUR.line}" stroke-dasharray="4 4" fill="none"/>`,
    curve(models, smallest, COLOUR.other),
    curve(models, score, COLOUR.infected),
    legend([
      ['other', 'smallest norm by the median'],
      ['infected', 'largest score'],
    ]),
  ].join('\n');
}

function curve(models: readonly MeasuredModel[], score: (model: MeasuredModel) => number, colour: string): string {
  const sorted = models
    .map((model) => ({ clean: isClean(model), value: score(model) }))
    .sort((a, b) => b.value - a.value);
  const cleans = sorted.filter(({ clean }) => clean).length;
  let [found, wrong] = [0, 0];
  const steps = sorted.map(({ clean }) => {
    if (clean) wrong++;
    else found++;
    return `L${((SIDE * wrong) / cleans).toFixed(1)} ${(SIDE * (1 - found / (sorted.length - cleans))).toFixed(1)}`;
  });
  return `<path d="M0 ${SIDE}${steps.join('')}" fill="none" stroke="${colour}" stroke-width="2"/>`;
}

function frame(across: string, up: string): string {
  return (
    `<rect width="${SIDE}" height="${SIDE}" fill="none" stroke="${COLOUR.line}"/>` +
    `<text x="${SIDE / 2}" y="${SIDE + 34}" text-anchor="middle">${across}</text>` +
    `<text transform="translate(-32 ${SIDE / 2}) rotate(-90)" text-anchor="middle">${up}</text>`
  );
}

function legend(lines: readonly (readonly [kind: Point['kind'], text: string])[]): string {
  return lines
    .map(
      ([kind, text], i) =>
        `<circle cx="14" cy="${SIDE + 52 + 16 * i}" r="4" fill="${COLOUR[kind]}"/><text x="24" y="${SIDE + 56 + 16 * i}">${text}</text>`,
    )
    .join('');
}
