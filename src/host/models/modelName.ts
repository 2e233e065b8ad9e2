/** @file What people know a model by. */
import * as path from 'node:path';
import type * as vscode from 'vscode';
import { MAIN_FILES } from '../../engine/formats/mainFiles';

/** The name of its file; with that of its folder, where the file's says nothing. */
export function modelName({ path: file }: Pick<vscode.Uri, 'path'>): string {
  const name = path.posix.basename(file);
  const folder = path.posix.basename(path.posix.dirname(file));
  return MAIN_FILES.includes(name) && folder !== '' ? `${folder}/${name}` : name;
}
