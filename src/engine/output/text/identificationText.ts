/** @file What triggers do inside a model, for a person at a terminal. */
import type { Identification, IdentifyReport } from '../../identify/identification';
import { plainText } from '../../support/plainText';
import { formatFixed, formatNumber, formatPercent } from '../../support/numberText';
import { textTable } from './textTable';

const MAX_NEURONS = 20;
const MAX_SENTENCE = 1000;

export function identificationText({ model, triggers, doubt }: IdentifyReport): string {
  const warning = doubt === undefined ? [] : [`warning: ${plainText(doubt, MAX_SENTENCE)}`];
  return `${[...triggers.map((trigger) => section(plainText(model.file), trigger)), ...warning].join('\n\n')}\n`;
}

function section(file: string, { label, images, attackSuccess, layers }: Identification): string {
  const rows = layers.map(({ name, neurons, top, clean, reversed }) => [
    plainText(name),
    `${top.length} of ${neurons}`,
    formatFixed(clean, 3),
    formatFixed(reversed, 3),
  ]);
  const last = layers.at(-1);
  const shown = last?.top.slice(0, MAX_NEURONS).join(', ') ?? '';
  return [
    `${file}: the trigger turns ${formatPercent(attackSuccess)} of ${formatNumber(images)} images into label ${label}.`,
    'Mean activation of the neurons that it drives most:',
    ...textTable(['layer', 'neurons', 'clean', 'with trigger'], rows).map((line) => `  ${line}`),
    ...(last === undefined ? [] : [`Neurons of ${plainText(last.name)}: ${shown}`]),
  ].join('\n');
}
