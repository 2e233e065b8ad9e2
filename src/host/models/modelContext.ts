/** @file Tells the Explorer's menu which files and folders of the workspace hold models, by content where names are no proof. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { CONTEXT_KEYS } from '../../shared/contributions';
import { isNamedLikeModel, looksLikeModel, MODEL_GLOB } from '../../runner/files/modelFiles';

/** Files looked at; a workspace with more of them goes by names alone for the rest. */
const MAX_FILES = 1000;
/** Milliseconds in which changes are gathered. */
const PAUSE = 300;

export class ModelContext implements vscode.Disposable {
  /** File → whether it holds a model. */
  readonly #files = new Map<string, boolean>();
  readonly #watcher: vscode.FileSystemWatcher;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    this.#watcher = vscode.workspace.createFileSystemWatcher(MODEL_GLOB);
    const look = (uri: vscode.Uri): void => void this.#look(uri);
    this.#watcher.onDidCreate(look);
    this.#watcher.onDidChange(look);
    this.#watcher.onDidDelete((uri) => {
      this.#files.delete(uri.fsPath);
      this.#publishSoon();
    });
  }

  async start(): Promise<void> {
    for (const uri of await vscode.workspace.findFiles(MODEL_GLOB, undefined, MAX_FILES)) await this.#look(uri);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#watcher.dispose();
  }

  async #look(uri: vscode.Uri): Promise<void> {
    if (uri.scheme !== 'file') return;
    this.#files.set(uri.fsPath, await looksLikeModel(uri.fsPath));
    this.#publishSoon();
  }

  #publishSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const { models, notModels } = contextOf(this.#files);
      void vscode.commands.executeCommand('setContext', CONTEXT_KEYS.models, models);
      void vscode.commands.executeCommand('setContext', CONTEXT_KEYS.notModels, notModels);
    }, PAUSE);
  }
}

/** Paths that the menu must know besides the names: `model.json` files and folders with models; and deceptive names. */
export function contextOf(files: ReadonlyMap<string, boolean>): { models: string[]; notModels: string[] } {
  const models = new Set<string>();
  const notModels: string[] = [];
  for (const [file, isModel] of files) {
    if (isModel) {
      models.add(path.dirname(file));
      if (!isNamedLikeModel(file)) models.add(file);
    } else if (isNamedLikeModel(file)) {
      notModels.push(file);
    }
  }
  return { models: [...models], notModels };
}
