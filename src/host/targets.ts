/** @file What a command is about: VS Code hands over URIs, several of them, nodes of our tree, or nothing. */
import * as vscode from 'vscode';
import { byAnomaly } from '../engine/output/scanSummary';
import type { LabelResult } from '../engine/report/scanReport';
import type { ScanEntry } from '../shared/scanEntry';
import { isNamedLikeModel } from '../runner/files/modelFiles';
import { labelFigures, labelWords, stateWords } from './support/words';

/** From the Explorer `(uri, selected uris)`, from the tree `(node, selected nodes)`, a URI as text, or the active editor. */
export function modelsOfArguments([first, second]: readonly unknown[]): vscode.Uri[] {
  if (first === undefined) return [...activeModel()];
  // A click on an item outside of the selection is about that item alone.
  const several = Array.isArray(second) && second.some((each) => sameTarget(each, first)) ? second : [first];
  const uris = several.flatMap((each: unknown) => uriOf(each) ?? []);
  return [...new Map(uris.map((uri) => [uri.toString(), uri])).values()];
}

/** The only one, or the one that the user picks. */
export async function chooseEntry(
  entries: readonly ScanEntry[],
  placeHolder = vscode.l10n.t('Which model?'),
): Promise<ScanEntry | undefined> {
  if (entries.length < 2) return entries[0];
  const items = entries.map((entry) => ({ label: entry.name, description: stateWords(entry), entry }));
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.entry;
}

/** The only flagged label, or the one that the user picks of those with a trigger, the most anomalous first. */
export async function chooseLabel(labels: readonly LabelResult[]): Promise<number | undefined> {
  const flagged = labels.filter(({ flagged }) => flagged);
  if (flagged.length === 1) return flagged[0]?.label;
  const items = byAnomaly(labels.filter(({ trigger }) => trigger !== undefined)).map((result) => ({
    label: labelWords(result),
    description: labelFigures(result),
    number: result.label,
  }));
  return (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Which label?') }))?.number;
}

function* activeModel(): Iterable<vscode.Uri> {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (!(input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom)) return;
  if (isNamedLikeModel(input.uri.path) || /(\/model\.json|\.pb)$/.test(input.uri.path)) yield input.uri;
}

function uriOf(target: unknown): vscode.Uri | undefined {
  if (target instanceof vscode.Uri) return target;
  if (typeof target === 'string') return target === '' ? undefined : parsed(target);
  if (typeof target === 'object' && target !== null && 'uri' in target && typeof target.uri === 'string') {
    return parsed(target.uri);
  }
  return undefined;
}

function parsed(text: string): vscode.Uri | undefined {
  try {
    return vscode.Uri.parse(text, true);
  } catch {
    return undefined;
  }
}

function sameTarget(a: unknown, b: unknown): boolean {
  return uriOf(a)?.toString() === uriOf(b)?.toString();
}
