/** @file Tooltips of the result tree. Everything from files goes in as text, never as Markdown. */
import * as vscode from 'vscode';
import {
  formatDuration,
  formatFixed,
  formatNumber,
  formatPercent,
  formatPEquation,
} from '../../engine/support/numberText';
import { plainText } from '../../engine/support/plainText';
import type { LabelResult } from '../../engine/report/scanReport';
import { engineText } from '../../shared/engineText';
import type { ScanEntry } from '../../shared/scanEntry';
import { labelFigures, labelSentences, labelWords, nextStepWords, stateWords } from '../support/words';
import { SIDE, triggerPictures } from './triggerPictures';

export async function labelTooltip(result: LabelResult, entry: ScanEntry): Promise<vscode.MarkdownString> {
  const text = heading(labelWords(result));
  paragraph(text, labelSentences(result, entry.report).join(' '));
  if (result.trigger !== undefined) {
    const pictures = await triggerPictures(result.trigger, entry.sample);
    if (pictures !== undefined) {
      picture(text, pictures.mask, vscode.l10n.t('Mask'));
      picture(text, pictures.closeUp, vscode.l10n.t('Trigger'));
      if (pictures.stamped !== undefined) picture(text, pictures.stamped, vscode.l10n.t('Trigger on a sample'));
      text.appendMarkdown('\n\n');
      const captions = [
        vscode.l10n.t('Mask'),
        vscode.l10n.t('Trigger'),
        ...(pictures.stamped === undefined ? [] : [vscode.l10n.t('Trigger on a sample')]),
      ];
      paragraph(text, captions.join(' · '));
    }
  }
  paragraph(text, labelFigures(result));
  return text;
}

export function modelTooltip(entry: ScanEntry): vscode.MarkdownString {
  const text = heading(entry.name);
  paragraph(text, stateWords(entry));
  if (entry.error !== undefined) paragraph(text, entry.error);
  const { report } = entry;
  if (report === undefined) return text;
  for (const reason of report.reasons) paragraph(text, engineText(reason));
  paragraph(text, nextStepWords(report.verdict));
  const { model, samples, settings } = report;
  const accuracy =
    report.cleanAccuracy === undefined ? [] : [vscode.l10n.t('accuracy {0}', formatPercent(report.cleanAccuracy))];
  const figures = [
    ...(report.pValue === undefined ? [] : [formatPEquation(report.pValue)]),
    ...(report.anomalyIndex === undefined ? [] : [vscode.l10n.t('index {0}', formatFixed(report.anomalyIndex, 2))]),
    formatDuration(report.seconds),
  ];
  paragraph(
    text,
    [model.format, vscode.l10n.t('{0} labels', formatNumber(model.classes, 0)), settings.preset].join(' · '),
  );
  paragraph(
    text,
    [vscode.l10n.t('{0} samples', formatNumber(samples.count, 0)), ...accuracy, engineText(samples.preprocessing)].join(
      ' · ',
    ),
  );
  paragraph(text, figures.join(' · '));
  return text;
}

function heading(title: string): vscode.MarkdownString {
  const text = new vscode.MarkdownString('**');
  text.isTrusted = false;
  text.supportHtml = false;
  return text.appendMarkdown(escaped(title)).appendMarkdown('**\n\n');
}

function paragraph(text: vscode.MarkdownString, words: string): void {
  text.appendMarkdown(escaped(words)).appendMarkdown('\n\n');
}

/** As `appendText` escapes it, but with spaces at which lines may break. */
function escaped(words: string): string {
  const { value } = new vscode.MarkdownString().appendText(plainText(words, 1000));
  return value.replaceAll('&nbsp;', ' ').trim();
}

/** `source` and `caption` are our own. */
function picture(text: vscode.MarkdownString, source: string, caption: string): void {
  text.appendMarkdown(`![${caption}](${source}|width=${SIDE},height=${SIDE}) `);
}
