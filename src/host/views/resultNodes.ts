/** @file The nodes of the result tree, and how each is shown. */
import * as vscode from 'vscode';
import { plainText } from '../../engine/support/plainText';
import { formatFixed, formatNumber, formatPercent } from '../../engine/support/numberText';
import type { LabelResult, PairResult, ReportFinding } from '../../engine/report/scanReport';
import { COMMANDS } from '../../shared/contributions';
import { engineText } from '../../shared/engineText';
import type { ScanEntry } from '../../shared/scanEntry';
import { labelFigures, labelWords, stateWords } from '../support/words';
import { triggerIcon } from './triggerPictures';

/** Rows below a model that are folded together. */
export type Group = 'vulnerable' | 'pairs' | 'labels';

export type ResultNode =
  | { readonly kind: 'model'; readonly uri: string }
  | { readonly kind: 'finding'; readonly uri: string; readonly index: number; readonly finding: ReportFinding }
  | { readonly kind: 'label'; readonly uri: string; readonly result: LabelResult }
  | { readonly kind: 'group'; readonly uri: string; readonly group: Group; readonly count: number }
  | { readonly kind: 'pair'; readonly uri: string; readonly pair: PairResult }
  | { readonly kind: 'more'; readonly uri: string; readonly hidden: number };

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

export function treeItem(node: ResultNode, entry: ScanEntry): vscode.TreeItem {
  switch (node.kind) {
    case 'model':
      return modelItem(entry);
    case 'finding':
      return findingItem(node.uri, node.index, node.finding);
    case 'label':
      return labelItem(node.uri, node.result);
    case 'group':
      return groupItem(node, entry);
    case 'pair':
      return pairItem(node.uri, node.pair, entry);
    case 'more':
      return moreItem(node.uri, node.hidden);
  }
}

/** The part of `viewItem` after the colon; package.json asks for it. */
export function modelState(entry: ScanEntry): string {
  if (entry.state !== 'done') return entry.state;
  return entry.outdated === true ? 'outdated' : (entry.report?.verdict ?? 'failed');
}

function modelItem(entry: ScanEntry): vscode.TreeItem {
  const words = stateWords(entry);
  const detail = detailOf(entry);
  const isFolded = entry.state === 'done' && !entry.labels.some(({ flagged }) => flagged);
  const isAlone = entry.labels.length === 0 && (entry.report?.findings ?? []).length === 0;
  const state = isAlone ? None : isFolded ? Collapsed : Expanded;
  const item = new vscode.TreeItem(plainText(entry.name), state);
  // VS Code keeps a row folded or open as it was, by its id, and closed where it first met it without others below.
  item.id = `${entry.uri}#${state}`;
  item.resourceUri = vscode.Uri.parse(entry.uri, true);
  item.description = detail === '' ? words : `${words} · ${plainText(detail, 300)}`;
  item.iconPath = stateIcon(entry);
  item.contextValue = `model:${modelState(entry)}`;
  const name = `${plainText(entry.name)}: ${words}`;
  item.accessibilityInformation = { label: detail === '' ? name : `${name}. ${plainText(detail, 600)}` };
  if (entry.state === 'done') item.command = showCommand(entry.uri);
  return item;
}

/** What the state alone does not say. */
function detailOf({ state, error, report }: ScanEntry): string {
  if (error !== undefined) return error;
  // A paused scan has labels to show only after they came again.
  if (state === 'paused') return vscode.l10n.t('Resume to go on');
  const reason = state === 'done' && report?.verdict === 'inconclusive' ? report.reasons[0] : undefined;
  return reason === undefined ? '' : engineText(reason);
}

function findingItem(uri: string, index: number, { severity, message, place }: ReportFinding): vscode.TreeItem {
  const text = plainText([...(place === undefined ? [] : [place]), message].map(engineText).join(': '), 600);
  const item = new vscode.TreeItem(text, None);
  item.id = `${uri}#finding${index}`;
  item.tooltip = text;
  item.iconPath = new vscode.ThemeIcon(severity === 'warning' ? 'warning' : 'info');
  item.contextValue = 'finding';
  return item;
}

function labelItem(uri: string, result: LabelResult): vscode.TreeItem {
  const words = labelWords(result);
  const figures = labelFigures(result);
  const { flagged: isFlagged, sourceLabel } = result;
  const flagged = !isFlagged
    ? ''
    : sourceLabel === undefined
      ? vscode.l10n.t('flagged')
      : vscode.l10n.t('flagged, for images of label {0} only', sourceLabel);
  const item = new vscode.TreeItem(words, None);
  item.id = `${uri}#label${result.label}`;
  item.description = flagged === '' ? figures : `${flagged} · ${figures}`;
  const icon = triggerIcon(result);
  item.iconPath = icon === undefined ? new vscode.ThemeIcon('circle-slash') : vscode.Uri.parse(icon, true);
  item.contextValue = result.flagged ? 'label:flagged' : 'label';
  item.command = showCommand(uri, result.label);
  item.accessibilityInformation = { label: [words, flagged, figures].filter((part) => part !== '').join(', ') };
  return item;
}

function groupItem({ uri, group, count }: Extract<ResultNode, { kind: 'group' }>, entry: ScanEntry): vscode.TreeItem {
  const flagged = group === 'pairs' ? (entry.report?.pairs ?? []).filter((pair) => pair.flagged).length : 0;
  const words = groupWords(group);
  const item = new vscode.TreeItem(words, flagged > 0 ? Expanded : Collapsed);
  item.id = `${uri}#${group}`;
  item.description = flagged > 0 ? vscode.l10n.t('{0} flagged', flagged) : formatNumber(count, 0);
  if (group === 'vulnerable') {
    item.tooltip = vscode.l10n.t(
      'Their triggers go away together with that of a flagged label: a consequence of its backdoor, or ones like it.',
    );
  }
  item.contextValue = 'group';
  item.accessibilityInformation = { label: `${words}, ${item.description}` };
  return item;
}

function groupWords(group: Group): string {
  switch (group) {
    case 'vulnerable':
      return vscode.l10n.t('Also vulnerable');
    case 'pairs':
      return vscode.l10n.t('Pairs of labels');
    case 'labels':
      return vscode.l10n.t('Other labels');
  }
}

function pairItem(uri: string, pair: PairResult, entry: ScanEntry): vscode.TreeItem {
  const nameOf = (label: number): string => {
    const name = entry.labels.find((result) => result.label === label)?.name;
    return name === undefined || name === String(label) ? String(label) : `${label} ${plainText(name, 60)}`;
  };
  const words = `${nameOf(pair.source)} → ${nameOf(pair.target)}`;
  const figures = [
    ...(pair.flagged ? [vscode.l10n.t('flagged')] : []),
    `L1 ${formatFixed(pair.l1, 1)}`,
    vscode.l10n.t('{0} of what is expected', formatPercent(pair.relativeL1)),
  ].join(' · ');
  const item = new vscode.TreeItem(words, None);
  item.id = `${uri}#pair${pair.source}-${pair.target}`;
  item.description = figures;
  item.iconPath = pair.flagged
    ? new vscode.ThemeIcon('bug', new vscode.ThemeColor('problemsErrorIcon.foreground'))
    : new vscode.ThemeIcon('arrow-right');
  item.tooltip = pairTooltip(pair, words);
  item.contextValue = 'pair';
  if (pair.flagged) item.command = showCommand(uri, pair.target);
  item.accessibilityInformation = { label: `${words}, ${figures}` };
  return item;
}

function pairTooltip(pair: PairResult, words: string): string {
  return [
    words,
    vscode.l10n.t('The trigger works on {0} of the images of the source.', formatPercent(pair.attackSuccess)),
    vscode.l10n.t(
      'On images of other labels it has {0} of its effect.',
      formatPercent(Math.max(0, pair.effectOnOthers)),
    ),
    ...(pair.response === undefined
      ? []
      : [vscode.l10n.t('Once unlearned, the pair is {0} times harder to reach.', formatFixed(pair.response, 1))]),
  ].join('\n');
}

function moreItem(uri: string, hidden: number): vscode.TreeItem {
  const words = vscode.l10n.t('Show more labels ({0} hidden)', hidden);
  const item = new vscode.TreeItem(words, None);
  item.id = `${uri}#more`;
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.contextValue = 'more';
  item.command = { command: COMMANDS.showMoreLabels, title: words, arguments: [uri] };
  return item;
}

function showCommand(uri: string, label?: number): vscode.Command {
  return { command: COMMANDS.showResult, title: vscode.l10n.t('Show Triggers and Charts'), arguments: [uri, label] };
}

function stateIcon(entry: ScanEntry): vscode.ThemeIcon {
  const icon = (name: string, colour?: string): vscode.ThemeIcon =>
    new vscode.ThemeIcon(name, colour === undefined ? undefined : new vscode.ThemeColor(colour));
  switch (modelState(entry)) {
    case 'queued':
      return icon('clock');
    case 'preparing':
    case 'running':
      return icon('loading~spin');
    case 'paused':
      return icon('debug-pause');
    case 'infected':
      return icon('bug', 'problemsErrorIcon.foreground');
    case 'clean':
      return icon('pass', 'testing.iconPassed');
    case 'inconclusive':
      return icon('question', 'problemsWarningIcon.foreground');
    case 'outdated':
      return icon('history');
    default:
      return icon('error', 'problemsErrorIcon.foreground');
  }
}
