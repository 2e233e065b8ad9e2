/** @file What a command is about: VS Code hands over URIs, several of them, nodes of our tree, or nothing. */
import * as vscode from 'vscode';
import type { ScanEntry } from '../shared/scanEntry';
import { isNamedLikeModel } from './modelFiles';
import { stateWords } from './words';

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

function* activeModel(): Iterable<vscode.Uri> {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (!(input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom)) return;
  if (isNamedLikeModel(input.uri.path) || input.uri.path.endsWith('/model.json')) yield input.uri;
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
