/** @file A repair as one HTML file: before and after, the curves, what was done. */
import { worstSuccess } from '../../report/repairReport';
import { plainText } from '../../support/plainText';
import type { PrunePoint, RepairReport, RepairRound, UnlearnPoint } from '../../report/repairReport';
import { escapeHtml } from './escapeHtml';
import { htmlPage } from './page';
import { formatDuration, formatNumber, formatPercent } from '../../support/numberText';
import { repairChart } from './repairChart';
import { ATTEMPT_COLUMNS, attemptRows, comparison, isRepaired, repairHeadline } from '../repairSummary';

/** Rows of the table by class; models with more classes have their largest losses shown. */
const MAX_CLASSES = 50;

export function repairHtml(report: RepairReport): string {
  const title = `${isRepaired(report) ? 'Repaired' : 'Not repaired'}: ${plainText(report.model.file)}`;
  const body = [
    header(report),
    section('Before and after', table(['', 'Before', 'After'], comparison(report))),
    ...report.rounds.map((round, i) => roundSection(round, report.rounds.length > 1 ? `Round ${i + 1}: ` : '')),
    section('Accuracy by class', table(['Class', 'Before', 'After'], classRows(report))),
    findings(report),
    section('Details', table(['', ''], detailRows(report), 'details')),
  ];
  return htmlPage(
    title,
    body,
    `Made by ${text(report.tool)}. All figures are of held-out images, which took no part in the repair. A repair removes triggers that are like the reversed ones; a model from a source you trust is better.`,
  );
}

function header(report: RepairReport): string {
  const repaired = isRepaired(report);
  const notes = report.notes.map((note) => `<li>${text(note)}</li>`).join('');
  return (
    `<header class="verdict ${repaired ? 'clean' : 'infected'}"><p class="badge">${repaired ? 'Repaired' : 'Not repaired'}</p>` +
    `<h1>${text(repairHeadline(report))}</h1><ul>${notes}</ul></header>`
  );
}

function roundSection(round: RepairRound, title: string): string {
  const { prune, unlearn, kept = 0 } = round;
  const parts: string[] = [];
  const tried = attemptRows(round);
  if (tried.length > 1) parts.push(section(`${title}Methods tried`, table(['Method', ...ATTEMPT_COLUMNS], tried)));
  if (prune !== undefined) {
    const pruned = (point: PrunePoint): number => point.pruned;
    const rows = prune.points.map((point, i) => curveRow(point.pruned, point, i === prune.chosen));
    parts.push(
      section(
        `${title}Pruning of ${text(prune.layer ?? 'all layers')}`,
        repairChart(prune.points, pruned, prune.chosen, 'neurons pruned') + KEY + table(['Neurons', ...CURVE], rows),
      ),
    );
  }
  if (unlearn !== undefined) {
    const update = (point: UnlearnPoint): number => point.update;
    const rows = unlearn.map((point, i) => curveRow(point.update, point, i === kept));
    parts.push(
      section(
        `${title}${prune === undefined ? 'Unlearning' : 'Fine-tuning'}`,
        repairChart(unlearn, update, kept, 'updates') + KEY + table(['Updates', ...CURVE], rows),
      ),
    );
  }
  return parts.join('');
}

const CURVE = ['Accuracy', 'Trigger success', ''];
const KEY =
  '<p class="note key"><span class="accuracy">Solid: accuracy.</span> <span class="success">Dashed: success of the reversed trigger that works best.</span> The vertical line is the point that was kept.</p>';

function curveRow(at: number, point: PrunePoint | UnlearnPoint, kept: boolean): string[] {
  return [formatNumber(at), formatPercent(point.cleanAccuracy), formatPercent(worstSuccess(point)), kept ? 'kept' : ''];
}

function classRows({ before, after }: RepairReport): string[][] {
  const loss = (label: number): number => (before.perClass[label] ?? 0) - (after.perClass[label] ?? 0);
  return before.perClass
    .flatMap((accuracy, label) => (accuracy === null ? [] : [label]))
    .sort((a, b) => loss(b) - loss(a))
    .slice(0, MAX_CLASSES)
    .sort((a, b) => a - b)
    .map((label) => [
      String(label),
      formatPercent(before.perClass[label] ?? undefined),
      formatPercent(after.perClass[label] ?? undefined),
    ]);
}

function detailRows({ model, saved, rescan, samples, settings, seconds, imagePasses }: RepairReport): string[][] {
  return [
    ['Model', `${model.file} (${model.format}), SHA-256 ${model.sha256}`],
    ...(saved === undefined ? [] : [['Saved as', `${saved.file}, SHA-256 ${saved.sha256}`]]),
    ...(rescan === undefined ? [] : [['Scanned again', rescan.verdict]]),
    ['Samples', `${samples.source}: ${samples.count} images, ${samples.preprocessing}`],
    [
      'Settings',
      Object.entries(settings)
        .map(([name, value]) => `${name} ${String(value)}`)
        .join(', '),
    ],
    ['Work', `${formatNumber(imagePasses)} image passes in ${formatDuration(seconds)}`],
  ];
}

function findings({ findings: list }: RepairReport): string {
  if (list.length === 0) return '';
  const items = list.map(({ severity, message }) => `<li><strong>${severity}</strong> ${text(message)}</li>`);
  return section('About the file', `<ul>${items.join('')}</ul>`);
}

function table(head: readonly string[], rows: readonly (readonly string[])[], kind = 'numbers'): string {
  const cells = head.map((name) => `<th scope="col">${text(name)}</th>`).join('');
  const body = rows.map(
    ([first = '', ...others]) =>
      `<tr><th scope="row">${text(first)}</th>${others.map((cell) => `<td>${text(cell)}</td>`).join('')}</tr>`,
  );
  const top = head.some((name) => name !== '') ? `<thead><tr>${cells}</tr></thead>` : '';
  return `<div class="scroll"><table class="${kind}">${top}<tbody>${body.join('')}</tbody></table></div>`;
}

function section(title: string, content: string): string {
  return `<section><h2>${title}</h2>${content}</section>`;
}

/** Hostile text: control and reordering characters are taken out as well. */
function text(value: string): string {
  return escapeHtml(plainText(value, 2000));
}
