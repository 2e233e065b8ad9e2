/** @file Messages, dialogs, picks, panels and tabs: recorded, and answered as the test says. */
import { Disposable } from '../fakeEvents';
import { FakeQuickPick, type PickItem } from '../fakeQuickPick';
import { FakeWebviewPanel } from '../fakeWebviewPanel';
import { type FakeTab, recorded } from './recorded';
import type { Uri } from './uri';

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
