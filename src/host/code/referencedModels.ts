/** @file Which models the code of a document loads, as far as they are there. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { ScanEntry } from '../../shared/scanEntry';
import type { ScanStore } from '../scan/scanStore';
import { uriExists } from '../support/uriExists';
import { modelReferences } from './modelReferences';

export interface ReferencedModel {
  /** Of the path between the quotes. */
  readonly range: vscode.Range;
  /** A file, or the folder that holds the model. */
  readonly uri: vscode.Uri;
  /** The path as the code has it. */
  readonly path: string;
}

/** Documents in which models are loaded, files and notebooks. */
export const CODE: vscode.DocumentFilter[] = [
  ...['python', 'javascript', 'javascriptreact', 'typescript', 'typescriptreact'],
].map((language) => ({ language }));

export function isCode({ languageId }: vscode.TextDocument): boolean {
  return CODE.some(({ language }) => language === languageId);
}

/** Beside the document, or in a folder of the workspace. */
export async function referencedModels(document: vscode.TextDocument): Promise<ReferencedModel[]> {
  const found: ReferencedModel[] = [];
  for (const { path: written, start, end } of modelReferences(document.getText())) {
    const uri = await placeOf(written, document.uri);
    if (uri === undefined) continue;
    const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
    found.push({ range, uri, path: written });
  }
  return found;
}

/** The scan of a model, or of the only one that lies in its folder. */
export function entryOf({ uri }: ReferencedModel, store: ScanStore): ScanEntry | undefined {
  const own = store.get(uri.toString());
  if (own !== undefined) return own;
  const folder = `${uri.toString().replace(/\/$/, '')}/`;
  const within = store.all().filter((entry) => entry.uri.startsWith(folder));
  return within.length === 1 ? within[0] : undefined;
}

async function placeOf(written: string, document: vscode.Uri): Promise<vscode.Uri | undefined> {
  // A cell of a notebook has the notebook's path under a scheme of its own.
  const base = document.scheme === 'vscode-notebook-cell' ? document.with({ scheme: 'file', fragment: '' }) : document;
  const parents = [vscode.Uri.joinPath(base, '..'), ...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri)];
  const places = path.isAbsolute(written)
    ? [base.with({ path: vscode.Uri.file(written).path })]
    : parents.map((parent) => vscode.Uri.joinPath(parent, written.replaceAll('\\', '/')));
  for (const place of places) if (await uriExists(place)) return place;
  return undefined;
}
