/** @file What people know a model by. */
import * as path from 'node:path';
import type * as vscode from 'vscode';

/** Names that the main file has in every model which is a folder. */
const MAIN_FILES = new Set(['saved_model.pb', 'model.json']);

/** The name of its file; with that of its folder, where the file's says nothing. */
export function modelName({ path: file }: Pick<vscode.Uri, 'path'>): string {
  const name = path.posix.basename(file);
  const folder = path.posix.basename(path.posix.dirname(file));
  return MAIN_FILES.has(name) && folder !== '' ? `${folder}/${name}` : name;
}
