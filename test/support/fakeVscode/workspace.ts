/** @file Folders, settings and watchers of the workspace, and the files on the disk. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { FakeWatcher, recorded } from './recorded';
import type { Uri } from './uri';
import type { RelativePattern } from './values';

export const workspace = {
  isTrusted: true,
  workspaceFolders: undefined as readonly { readonly uri: Uri }[] | undefined,
  getWorkspaceFolder: (uri: Uri) =>
    workspace.workspaceFolders?.find((each) => uri.path.startsWith(`${each.uri.path}/`)),
  asRelativePath: (uri: Uri): string =>
    path.posix.relative(workspace.getWorkspaceFolder(uri)?.uri.path ?? '/', uri.path),
  fs: {
    stat: async (uri: Uri) => {
      const { size, mtimeMs } = await fs.stat(uri.fsPath);
      return { size, mtime: mtimeMs };
    },
    writeFile: (uri: Uri, bytes: Uint8Array) => fs.writeFile(uri.fsPath, bytes),
    copy: (from: Uri, to: Uri) => fs.cp(from.fsPath, to.fsPath, { recursive: true }),
    rename: (from: Uri, to: Uri) => fs.rename(from.fsPath, to.fsPath),
  },
  getConfiguration: () => ({ get: (id: string) => recorded.settings.get(id) }),
  createFileSystemWatcher: (pattern: RelativePattern | string) => {
    const watcher = new FakeWatcher(pattern);
    recorded.watchers.push(watcher);
    return watcher;
  },
  onDidRenameFiles: recorded.renamed.event,
};
