/** @file What the host did, and what the user is to answer. */
import { EventEmitter } from '../fakeEvents';
import type { FakeQuickPick, PickAnswer } from '../fakeQuickPick';
import type { FakeWebviewPanel } from '../fakeWebviewPanel';
import type { Uri } from './uri';
import type { Diagnostic, RelativePattern } from './values';

/** What the host did and what the user is to answer; `resetVscode` empties it. */
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
