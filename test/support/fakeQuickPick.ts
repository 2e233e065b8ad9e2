/** @file A quick pick of the fake `vscode` module, and what a user may do with it. */
import { EventEmitter } from './fakeEvents';

export interface PickItem {
  readonly label: string;
  readonly kind?: number;
}

/** What the user does as soon as a quick pick is shown. */
export type PickAnswer = (pick: FakeQuickPick) => void;

export class FakeQuickPick<T extends PickItem = PickItem> {
  title?: string;
  placeholder?: string;
  step?: number;
  totalSteps?: number;
  items: readonly T[] = [];
  activeItems: readonly T[] = [];
  selectedItems: readonly T[] = [];
  buttons: readonly unknown[] = [];
  readonly accepted = new EventEmitter<void>();
  readonly triggered = new EventEmitter<unknown>();
  readonly hidden = new EventEmitter<void>();
  readonly onDidAccept = this.accepted.event;
  readonly onDidTriggerButton = this.triggered.event;
  readonly onDidHide = this.hidden.event;
  disposed = false;

  constructor(private readonly shown: () => PickAnswer | undefined) {}

  show(): void {
    const answer = this.shown();
    if (answer === undefined) throw new Error(`No test answers the quick pick "${this.placeholder}".`);
    queueMicrotask(() => {
      answer(this);
    });
  }

  hide(): void {
    this.hidden.fire();
  }

  dispose(): void {
    this.disposed = true;
  }
}

/** The item whose label ends with `label`, before which may stand an icon. */
export function choose(label: string): PickAnswer {
  return (pick) => {
    const item = pick.items.find((each) => each.kind !== -1 && each.label.endsWith(label));
    if (item === undefined)
      throw new Error(`Not offered: ${label}. But: ${pick.items.map((each) => each.label).join(', ')}`);
    pick.selectedItems = [item];
    pick.accepted.fire();
  };
}

/** Enter, without a choice. */
export const accept: PickAnswer = (pick) => {
  pick.accepted.fire();
};

export const goBack: PickAnswer = (pick) => {
  const [back] = pick.buttons;
  if (back === undefined) throw new Error('There is no way back.');
  pick.triggered.fire(back);
};

export const leave: PickAnswer = (pick) => {
  pick.hide();
};
