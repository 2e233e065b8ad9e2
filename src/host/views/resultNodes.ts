/** @file The nodes of the result tree, and how each is shown. */
import * as vscode from 'vscode';
import { plainText } from '../../engine/support/plainText';
import type { LabelResult, ReportFinding } from '../../engine/report/scanReport';
import { COMMANDS } from '../../shared/contributions';
import { engineText } from '../../shared/engineText';
import type { ScanEntry } from '../../shared/scanEntry';
import { labelFigures, labelWords, stateWords } from '../support/words';
import { triggerIcon } from './triggerPictures';

export type ResultNode =
  | { readonly kind: 'model'; readonly uri: string }
  | { readonly kind: 'verdict'; readonly uri: string }
  | { readonly kind: 'finding'; readonly uri: string; readonly index: number; readonly finding: ReportFinding }
  | { readonly kind: 'label'; readonly uri: string; readonly result: LabelResult }
  | { readonly kind: 'more'; readonly uri: string; readonly hidden: number };

const { Expanded, None } = vscode.TreeItemCollapsibleState;

export function treeItem(node: ResultNode, entry: ScanEntry): vscode.TreeItem {
  switch (node.kind) {
    case 'model':
      return modelItem(entry);
    case 'verdict':
      return verdictItem(entry);
    case 'finding':
      return findingItem(node.uri, node.index, node.finding);
    case 'label':
      return labelItem(node.uri, node.result);
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
  const item = new vscode.TreeItem(plainText(entry.name), Expanded);
  item.id = entry.uri;
  item.resourceUri = vscode.Uri.parse(entry.uri, true);
  item.description = stateWords(entry);
  item.iconPath = stateIcon(entry);
  item.contextValue = `model:${modelState(entry)}`;
  item.accessibilityInformation = { label: `${plainText(entry.name)}: ${stateWords(entry)}` };
  return item;
}

function verdictItem(entry: ScanEntry): vscode.TreeItem {
  const { report } = entry;
  const words = stateWords(entry);
  const hasLabels = entry.labels.length > 0;
  const item = new vscode.TreeItem(words, hasLabels ? Expanded : None);
  // VS Code leaves an item closed that it first met without children.
  item.id = `${entry.uri}#verdict${hasLabels ? '' : '-alone'}`;
  // A paused scan has labels to show only after they came again.
  const reason = report?.reasons[0];
  const detail =
    entry.error ?? (reason && engineText(reason)) ?? (entry.state === 'paused' ? vscode.l10n.t('Resume to go on') : '');
  item.description = plainText(detail, 300);
  item.iconPath = stateIcon(entry);
  item.contextValue = 'verdict';
  item.accessibilityInformation = { label: detail === '' ? words : `${words}. ${plainText(detail, 600)}` };
  if (entry.state === 'done') item.command = showCommand(entry.uri);
  return item;
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
  const flagged = result.flagged ? vscode.l10n.t('flagged') : '';
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
