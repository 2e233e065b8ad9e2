/** @file As much of the `vscode` module as the host's unit tests need; vitest puts it in place of the real one. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { pathToFileURL, URL as NodeUrl } from 'node:url';
import { Disposable, EventEmitter } from './fakeEvents';
import { FakeQuickPick, type PickAnswer, type PickItem } from './fakeQuickPick';
import { FakeWebviewPanel } from './fakeWebviewPanel';

export { Disposable, EventEmitter };

interface UriParts {
  readonly scheme: string;
  readonly authority?: string;
  readonly path?: string;
  readonly query?: string;
}

export class Uri {
  static file(file: string): Uri {
    return Uri.parse(pathToFileURL(file).toString());
  }
  static parse(text: string, strict = false): Uri {
    const match = /^([a-z][a-z0-9+.-]*):(?:\/\/([^/?]*))?([^?]*)(?:\?(.*))?$/i.exec(text);
    if (match === null) {
      if (strict) throw new Error(`No scheme: ${text}`);
      return new Uri('file', '', text, '');
    }
    const [, scheme = '', authority = '', place = '', query = ''] = match;
    return new Uri(scheme, authority, scheme === 'data' ? place : decodeURIComponent(place), query);
  }
  static from({ scheme, authority = '', path: place = '', query = '' }: UriParts): Uri {
    return new Uri(scheme, authority, place, query);
  }
  static joinPath(base: Uri, ...parts: string[]): Uri {
    return base.with({ path: path.posix.join(base.path, ...parts) });
  }
  private constructor(
    readonly scheme: string,
    readonly authority: string,
    readonly path: string,
    readonly query: string,
  ) {}
  get fsPath(): string {
    return this.path;
  }
  with(change: Partial<UriParts>): Uri {
    const { scheme, authority, path: place, query } = this;
    return Uri.from({ scheme, authority, path: place, query, ...change });
  }
  toString(): string {
    const place = this.scheme === 'data' ? this.path : new NodeUrl(`x://y${encodePath(this.path)}`).pathname;
    const authority = this.authority !== '' || this.scheme === 'file' ? `//${this.authority}` : '';
    return `${this.scheme}:${authority}${place}${this.query === '' ? '' : `?${this.query}`}`;
  }
}

function encodePath(place: string): string {
  return place.split('/').map(encodeURIComponent).join('/');
}

export class MarkdownString {
  isTrusted?: boolean;
  supportHtml?: boolean;
  constructor(public value = '') {}
  /** As VS Code does it. */
  appendText(text: string): this {
    this.value += text.replace(/[\\`*_{}[\]()#+\-!~<>|]/g, '\\$&').replace(/\n/g, '\n\n');
    return this;
  }
  appendMarkdown(text: string): this {
    this.value += text;
    return this;
  }
}

export class ThemeColor {
  constructor(readonly id: string) {}
}
export class ThemeIcon {
  constructor(
    readonly id: string,
    readonly color?: ThemeColor,
  ) {}
}
export class TreeItem {
  constructor(
    readonly label: string,
    readonly collapsibleState: number = 0,
  ) {}
}
export class FileDecoration {
  constructor(
    readonly badge?: string,
    readonly tooltip?: string,
    readonly color?: ThemeColor,
  ) {}
}
export class Range {
  constructor(...readonly: readonly number[]) {
    this.numbers = readonly;
  }
  readonly numbers: readonly number[];
}
export class Diagnostic {
  source?: string;
  code?: unknown;
  constructor(
    readonly range: Range,
    readonly message: string,
    readonly severity: number,
  ) {}
}
export class CodeAction {
  constructor(
    readonly title: string,
    readonly kind: string,
  ) {}
}
export class RelativePattern {
  constructor(
    readonly base: Uri,
    readonly pattern: string,
  ) {}
}
export class CancellationError extends Error {}
export class TabInputText {
  constructor(readonly uri: Uri) {}
}
export class TabInputCustom {
  constructor(
    readonly uri: Uri,
    readonly viewType: string,
  ) {}
}

export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 };
export const DiagnosticSeverity = { Error: 0, Warning: 1, Information: 2, Hint: 3 };
export const StatusBarAlignment = { Left: 1, Right: 2 };
export const ProgressLocation = { Notification: 15 };
export const QuickPickItemKind = { Separator: -1, Default: 0 };
export const CodeActionKind = { QuickFix: 'quickfix' };

export const l10n = {
  bundle: undefined,
  t: (text: string, ...values: readonly unknown[]): string =>
    text.replace(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index)])),
};

export const ViewColumn = { Active: -1 };
export const QuickInputButtons = { Back: { iconPath: 'back' } };

export const env = {
  uriScheme: 'vscode',
  language: 'en',
  openExternal: (uri: Uri): Promise<boolean> => {
    recorded.executed.push(['openExternal', uri]);
    return Promise.resolve(true);
  },
};

/** What the host did and what the user is to answer; {@link resetVscode} empties it. */
export const recorded = {
  messages: [] as string[],
  /** By the text of the message: the button to press. */
  answers: new Map<string, string>(),
  context: new Map<string, unknown>(),
  diagnostics: new Map<string, readonly Diagnostic[]>(),
  executed: [] as unknown[][],
  commands: new Map<string, (...args: unknown[]) => unknown>(),
  settings: new Map<string, unknown>(),
  watchers: [] as FakeWatcher[],
  statusBar: { text: '', visible: false },
  renamed: new EventEmitter<{ files: readonly { oldUri: Uri; newUri: Uri }[] }>(),
  activeTab: undefined as { input: unknown } | undefined,
  changedTabs: new EventEmitter<{ opened: readonly FakeTab[] }>(),
  closedTabs: [] as FakeTab[],
  /** Every quick pick that was shown, and what the user does with the next ones. */
  picks: [] as FakeQuickPick[],
  pickAnswers: [] as PickAnswer[],
  /** Options of every dialog of files that was shown, and what the user chooses in the next ones. */
  dialogs: [] as Record<string, unknown>[],
  dialogAnswers: [] as (Uri | undefined)[],
  panels: [] as FakeWebviewPanel[],
  serializers: new Map<string, { deserializeWebviewPanel(panel: unknown, state: unknown): unknown }>(),
};

export interface FakeTab {
  readonly input: unknown;
  readonly isPreview: boolean;
  readonly group: { readonly viewColumn: number; readonly tabs: readonly FakeTab[] };
}

export class FakeWatcher {
  readonly created = new EventEmitter<Uri>();
  readonly changed = new EventEmitter<Uri>();
  readonly deleted = new EventEmitter<Uri>();
  readonly onDidCreate = this.created.event;
  readonly onDidChange = this.changed.event;
  readonly onDidDelete = this.deleted.event;
  constructor(readonly pattern: RelativePattern | string) {}
  dispose(): void {
    recorded.watchers = recorded.watchers.filter((each) => each !== this);
  }
}

export function resetVscode(): void {
  recorded.messages = [];
  recorded.executed = [];
  recorded.watchers = [];
  recorded.changedTabs.dispose();
  for (const list of [recorded.closedTabs, recorded.picks, recorded.pickAnswers, recorded.panels]) list.length = 0;
  for (const list of [recorded.dialogs, recorded.dialogAnswers]) list.length = 0;
  for (const map of [recorded.answers, recorded.context, recorded.diagnostics, recorded.commands, recorded.settings]) {
    map.clear();
  }
  recorded.activeTab = undefined;
  workspace.isTrusted = true;
  workspace.workspaceFolders = undefined;
}

function message(text: string): Promise<string | undefined> {
  recorded.messages.push(text);
  return Promise.resolve(recorded.answers.get(text));
}

function dialog(options: Record<string, unknown>): Uri | undefined {
  recorded.dialogs.push(options);
  if (recorded.dialogAnswers.length === 0) throw new Error('A dialog of files is shown that no test answers.');
  return recorded.dialogAnswers.shift();
}

function quickPick<T extends PickItem>(): FakeQuickPick<T> {
  const pick = new FakeQuickPick<T>(() => {
    recorded.picks.push(pick);
    return recorded.pickAnswers.shift();
  });
  return pick;
}

export const window = {
  createQuickPick: quickPick,
  showQuickPick: <T extends PickItem>(
    items: readonly T[],
    options: { placeHolder: string },
  ): Promise<T | undefined> => {
    const pick = quickPick<T>();
    pick.items = items;
    pick.placeholder = options.placeHolder;
    return new Promise((resolve) => {
      pick.onDidAccept(() => {
        resolve(pick.selectedItems[0]);
      });
      pick.onDidHide(() => {
        resolve(undefined);
      });
      pick.show();
    });
  },
  showOpenDialog: (options: Record<string, unknown>): Promise<Uri[] | undefined> => {
    const uri = dialog(options);
    return Promise.resolve(uri && [uri]);
  },
  showSaveDialog: (options: Record<string, unknown>): Promise<Uri | undefined> => Promise.resolve(dialog(options)),
  createWebviewPanel: (viewType: string, title: string): FakeWebviewPanel => {
    const panel = new FakeWebviewPanel(viewType, title);
    recorded.panels.push(panel);
    return panel;
  },
  registerWebviewPanelSerializer: (
    viewType: string,
    serializer: { deserializeWebviewPanel(panel: unknown, state: unknown): unknown },
  ) => {
    recorded.serializers.set(viewType, serializer);
    return new Disposable(() => undefined);
  },
  registerCustomEditorProvider: () => new Disposable(() => undefined),
  showErrorMessage: message,
  showWarningMessage: message,
  showInformationMessage: message,
  registerFileDecorationProvider: () => new Disposable(() => undefined),
  createTreeView: () => new Disposable(() => undefined),
  createStatusBarItem: () => ({
    set text(text: string) {
      recorded.statusBar.text = text;
    },
    get text() {
      return recorded.statusBar.text;
    },
    show: () => (recorded.statusBar.visible = true),
    hide: () => (recorded.statusBar.visible = false),
    dispose: () => undefined,
  }),
  withProgress: <T>(_options: unknown, task: (progress: unknown, token: unknown) => Promise<T>): Promise<T> =>
    task({ report: () => undefined }, { onCancellationRequested: () => new Disposable(() => undefined) }),
  tabGroups: {
    get activeTabGroup() {
      return { activeTab: recorded.activeTab };
    },
    onDidChangeTabs: recorded.changedTabs.event,
    close: (tab: FakeTab): Promise<boolean> => {
      recorded.closedTabs.push(tab);
      return Promise.resolve(true);
    },
  },
};

export const commands = {
  registerCommand: (id: string, handler: (...args: unknown[]) => unknown) => {
    recorded.commands.set(id, handler);
    return new Disposable(() => recorded.commands.delete(id));
  },
  executeCommand: (...args: unknown[]): Promise<unknown> => {
    if (args[0] === 'setContext') recorded.context.set(String(args[1]), args[2]);
    else recorded.executed.push(args);
    return Promise.resolve();
  },
};

export const languages = {
  createDiagnosticCollection: () => ({
    set: (uri: Uri, diagnostics: readonly Diagnostic[]) => {
      if (diagnostics.length === 0) recorded.diagnostics.delete(uri.toString());
      else recorded.diagnostics.set(uri.toString(), diagnostics);
    },
    dispose: () => {
      recorded.diagnostics.clear();
    },
  }),
  registerCodeActionsProvider: () => new Disposable(() => undefined),
};

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

/** A log that keeps its lines. */
export function fakeLog(): { lines: string[]; [level: string]: unknown } {
  const lines: string[] = [];
  const write = (text: unknown): void => {
    lines.push(text instanceof Error ? text.message : String(text));
  };
  return { lines, trace: write, debug: write, info: write, warn: write, error: write, show: () => undefined };
}

/** A memento in memory. */
export function fakeMemento(): {
  get<T>(key: string, fallback: T): T;
  update(key: string, value: unknown): Promise<void>;
} {
  const values = new Map<string, unknown>();
  return {
    get: <T>(key: string, fallback: T) => (values.get(key) as T | undefined) ?? fallback,
    update: (key, value) => {
      values.set(key, value);
      return Promise.resolve();
    },
  };
}
