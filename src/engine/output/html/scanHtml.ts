/** @file The report as one HTML file that needs nothing else: no script, no font, no network. */
import type { LabelResult, ScanReport, Trigger } from '../../report/scanReport';
import { anomalyChart } from './anomalyChart';
import { escapeHtml } from './escapeHtml';
import { htmlPage } from './page';
import { formatDuration, formatFixed, formatPercent, formatPValue, formatNorm } from '../../support/numberText';
import { plainText } from '../../support/plainText';
import { pngUri, type Image } from '../pictures/png';
import {
  byAnomaly,
  countOf,
  headline,
  labelTitle,
  nextStep,
  PAPER_INDEX_THRESHOLD,
  scannedLabels,
  STATE_NOTE,
} from '../scanSummary';
import { maskImage, patternImage, stampImage } from '../pictures/triggerImage';

/** Triggers shown besides the flagged ones: the next most anomalous, for comparison. */
const COMPARED = 3;
/** Large pictures altogether. */
const MAX_CARDS = 50;
/** Masks in the table; more would make the file heavy. */
const MAX_THUMBNAILS = 100;

const TITLE: Record<ScanReport['verdict'], string> = {
  infected: 'Infected',
  clean: 'Clean',
  inconclusive: 'Inconclusive',
};

export function htmlReport(report: ScanReport): string {
  const title = `${TITLE[report.verdict]}: ${plainText(report.model.file)}`;
  const body = [
    verdict(report),
    figures(report),
    chart(report),
    triggers(report),
    table(report),
    pairTable(report),
    findings(report),
    details(report),
  ];
  const footer = `Made by ${text(report.tool)}. Neural Cleanse (Wang et al., IEEE S&amp;P 2019) finds small patch triggers that send every image to one label; it does not see filter, warping, sample-specific or all-to-all triggers.`;
  return htmlPage(title, body, footer);
}

function verdict(report: ScanReport): string {
  const reasons = report.reasons.map((reason) => `<li>${text(reason)}</li>`).join('');
  return (
    `<header class="verdict ${report.verdict}"><p class="badge">${TITLE[report.verdict]}</p>` +
    `<h1>${text(headline(report))}</h1>${reasons === '' ? '' : `<ul>${reasons}</ul>`}` +
    `<p><strong>Next:</strong> ${text(nextStep(report))}</p></header>`
  );
}

function figures(report: ScanReport): string {
  const items: [string, string][] = [
    ['p-value', formatPValue(report.pValue)],
    ['anomaly index', formatFixed(report.anomalyIndex, 2)],
    ['labels scanned', `${scannedLabels(report)} of ${report.labels.length}`],
    ['clean accuracy', formatPercent(report.cleanAccuracy)],
    ['time', formatDuration(report.seconds)],
  ];
  return `<dl class="figures">${items.map(([name, value]) => `<div><dt>${name}</dt><dd>${text(value)}</dd></div>`).join('')}</dl>`;
}

function chart(report: ScanReport): string {
  if (report.labels.every((label) => label.anomalyIndex === undefined)) return '';
  return (
    '<section><h2>Anomaly index</h2>' +
    anomalyChart(report.labels) +
    `<p class="note">How far each label’s smallest trigger lies below the median, in deviations (MAD). ` +
    `The dashed line is the paper’s threshold of ${PAPER_INDEX_THRESHOLD}; the verdict rests on the p-value, which takes the number of labels into account.</p></section>`
  );
}

function triggers(report: ScanReport): string {
  const sorted = byAnomaly(report.labels).filter((label) => label.trigger !== undefined);
  const flagged = sorted.filter((label) => label.flagged);
  const others = sorted.filter((label) => !label.flagged).slice(0, COMPARED);
  const cards = [...flagged, ...others].slice(0, MAX_CARDS).map(triggerCard).join('');
  return cards === '' ? '' : `<section><h2>Reversed triggers</h2><div class="cards">${cards}</div></section>`;
}

function triggerCard(label: LabelResult): string {
  const { trigger } = label;
  if (trigger === undefined) return '';
  const title = labelTitle(label);
  const picture = (image: Image, caption: string): string =>
    `<figure><img src="${pngUri(image)}" width="128" height="128" alt="${escapeHtml(`${caption} of label ${title}`)}"><figcaption>${caption}</figcaption></figure>`;
  return (
    `<article class="card${label.flagged ? ' flagged' : ''}"><h3>Label ${text(title)}${label.flagged ? ' <span class="badge">flagged</span>' : ''}</h3>` +
    `<div class="pictures">${picture(maskImage(trigger), 'Mask')}${picture(stampImage(trigger), 'Trigger')}${picture(patternImage(trigger), 'Pattern')}</div>` +
    `<p>L1 ${formatNorm(label)} of ${trigger.width}×${trigger.height} pixels, index ${formatFixed(label.anomalyIndex, 2)}, ` +
    `p-value ${text(formatPValue(label.pValue))}, attack success ${formatPercent(label.attackSuccess)}${label.sourceLabel === undefined ? '' : ` of the images of label ${label.sourceLabel}, which alone obey it`}</p></article>`
  );
}

function table(report: ScanReport): string {
  const head = ['Mask', 'Label', 'L1', 'Index', 'p-value', 'Attack success', '']
    .map((name) => `<th scope="col">${name}</th>`)
    .join('');
  const rows = byAnomaly(report.labels).map((label, rank) => {
    const thumbnail = label.trigger !== undefined && rank < MAX_THUMBNAILS ? maskThumbnail(label.trigger) : '';
    const cells = [
      formatNorm(label),
      formatFixed(label.anomalyIndex, 2),
      formatPValue(label.pValue),
      formatPercent(label.attackSuccess),
      label.flagged ? 'flagged' : STATE_NOTE[label.state],
    ];
    return (
      `<tr${label.flagged ? ' class="flagged"' : ''}><td>${thumbnail}</td><th scope="row">${text(labelTitle(label))}</th>` +
      `${cells.map((cell) => `<td>${text(cell)}</td>`).join('')}</tr>`
    );
  });
  return (
    `<section><h2>Labels</h2><div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>` +
    `<p class="note">Median L1 ${formatFixed(report.median, 1)}, MAD ${formatFixed(report.mad, 2)}. Attack success: share of the samples that the trigger sends to the label.</p></section>`
  );
}

/** Where pairs were looked for. */
function pairTable({ pairs = [] }: ScanReport): string {
  if (pairs.length === 0) return '';
  const head = ['Pair', 'L1', 'Of what is expected', 'Effect on others', 'Once unlearned', 'Attack success', '']
    .map((name) => `<th scope="col">${name}</th>`)
    .join('');
  const rows = pairs.map((pair) => {
    const cells = [
      formatFixed(pair.l1, 1),
      formatPercent(pair.relativeL1),
      formatPercent(Math.max(0, pair.effectOnOthers)),
      pair.response === undefined ? '' : `× ${formatFixed(pair.response, 1)}`,
      formatPercent(pair.attackSuccess),
      pair.flagged ? 'flagged' : '',
    ];
    return (
      `<tr${pair.flagged ? ' class="flagged"' : ''}><th scope="row">${pair.source} → ${pair.target}</th>` +
      `${cells.map((cell) => `<td>${text(cell)}</td>`).join('')}</tr>`
    );
  });
  return (
    `<section><h2>Pairs of labels</h2><div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>` +
    `<p class="note">The smallest triggers that lead images of one label, the source, to another, by what is expected of these labels. A backdoor’s has little effect on images of other labels.</p></section>`
  );
}

function maskThumbnail(trigger: Trigger): string {
  return `<img src="${pngUri(maskImage(trigger))}" width="24" height="24" alt="">`;
}

function findings(report: ScanReport): string {
  if (report.findings.length === 0) return '';
  const items = report.findings.map(({ severity, place, message }) => {
    const where = place === undefined ? '' : `<code>${text(place)}</code>: `;
    return `<li><strong>${severity}</strong> ${where}${text(message)}</li>`;
  });
  return `<section><h2>About the file</h2><ul>${items.join('')}</ul></section>`;
}

function details(report: ScanReport): string {
  const { model, samples, settings } = report;
  const { channels, height, width } = model.input;
  const rows: [string, string][] = [
    [
      'Model',
      `${model.file} (${model.format}), ${countOf(model.classes, 'label')}, input ${channels}×${height}×${width}, ${model.head}`,
    ],
    ['SHA-256', model.sha256],
    [
      'Samples',
      `${samples.source}: ${countOf(samples.count, 'image')}, ${samples.labelled ? 'labelled' : 'not labelled'}, ${samples.skipped} skipped`,
    ],
    ['Preprocessing', samples.preprocessing],
    [
      'Settings',
      `${settings.preset}, ${settings.scheme === 'race' ? 'suspects' : 'every label'} inverted to the end, ${settings.loss} loss, ${countOf(settings.seeds, 'seed')} from ${settings.seed}, ` +
        `${countOf(settings.updates, 'update')} of ${countOf(settings.batchSize, 'image')}, success ≥ ${formatPercent(settings.successThreshold)}, ` +
        `infected at p ≤ ${settings.pThreshold}`,
    ],
    ['Work', `${countOf(report.imagePasses, 'image pass', 'image passes')} on ${report.runtime}`],
  ];
  const body = rows.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${text(value)}</td></tr>`).join('');
  return `<section><h2>Details</h2><div class="scroll"><table class="details"><tbody>${body}</tbody></table></div></section>`;
}

/** Hostile text: control and reordering characters are taken out as well. */
function text(value: string): string {
  return escapeHtml(plainText(value, 2000));
}
