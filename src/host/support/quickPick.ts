/** @file One step of a multi-step quick pick. */
import * as vscode from 'vscode';

export const BACK = Symbol('back');

export interface PickStep<T extends vscode.QuickPickItem> {
  readonly title: string;
  readonly placeholder: string;
  readonly step: number;
  readonly steps: number;
  readonly items: readonly T[];
  /** Offered at first. */
  readonly active?: T;
}

/** The chosen item; {@link BACK}, offered from the second step on; `undefined` when the user leaves. */
export function pickStep<T extends vscode.QuickPickItem>(step: PickStep<T>): Promise<T | typeof BACK | undefined> {
  const pick = vscode.window.createQuickPick<T>();
  pick.title = step.title;
  pick.placeholder = step.placeholder;
  pick.step = step.step;
  pick.totalSteps = step.steps;
  pick.items = step.items;
  pick.ignoreFocusOut = true;
  pick.matchOnDetail = true;
  if (step.active !== undefined) pick.activeItems = [step.active];
  if (step.step > 1) pick.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0] ?? pick.activeItems[0]);
      pick.hide();
    });
    pick.onDidTriggerButton(() => {
      resolve(BACK);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}
