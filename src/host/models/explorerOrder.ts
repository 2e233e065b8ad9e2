/** @file The order in which the Explorer shows files, as far as its settings tell without asking the disk. */
import * as vscode from 'vscode';

/** As VS Code compares names of files: numbers by their value, letters whatever their case. */
const NAMES = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** `explorer.sortOrder`; files sorted by when they changed count by name here. */
type SortOrder = 'default' | 'mixed' | 'filesFirst' | 'type' | 'modified' | 'foldersNestsFiles';

/** A copy of `items` in the order of their files, folders of the workspace first, in their own order. */
export function inExplorerOrder<T>(items: readonly T[], uriOf: (item: T) => vscode.Uri): T[] {
  const settings = vscode.workspace.getConfiguration('explorer');
  const order = settings.get<SortOrder>('sortOrder') ?? 'default';
  const sign = settings.get<boolean>('sortOrderReverse') === true ? -1 : 1;
  return items
    .map((item) => ({ item, place: placeOf(uriOf(item)) }))
    .sort((a, b) => a.place.root - b.place.root || sign * compare(a.place.names, b.place.names, order))
    .map(({ item }) => item);
}

interface Place {
  /** Index of the workspace's folder; files outside come last. */
  readonly root: number;
  /** From there to the file. */
  readonly names: readonly string[];
}

function placeOf(uri: vscode.Uri): Place {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  const root = folders.findIndex(({ uri: at }) => at.toString() === folder?.uri.toString());
  return { root: root < 0 ? folders.length : root, names: uri.path.split('/') };
}

/** At the first name in which they differ: one of them may be that of a folder there, the other that of a file. */
function compare(a: readonly string[], b: readonly string[], order: SortOrder): number {
  const at = a.findIndex((name, i) => name !== b[i]);
  const [one, other] = [a[at], b[at]];
  if (one === undefined || other === undefined) return a.length - b.length;
  const [isFile, otherIsFile] = [at === a.length - 1, at === b.length - 1];
  if (isFile !== otherIsFile && order !== 'mixed') {
    const folderFirst = order === 'filesFirst' ? -1 : 1;
    return isFile ? folderFirst : -folderFirst;
  }
  const byType = order === 'type' && isFile && otherIsFile ? NAMES.compare(extension(one), extension(other)) : 0;
  return byType || NAMES.compare(one, other) || (one < other ? -1 : 1);
}

function extension(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
