/** @file What every panel is: a state that messages change and a template that is drawn from it. */
import { render, type TemplateResult } from 'lit-html';
import type { HostMessage } from '../shared/panelMessages';

const MAX_WIDTH = 1100;

export abstract class View {
  readonly #root: HTMLElement;
  #scheduled = false;

  constructor(root: HTMLElement) {
    this.#root = root;
    new ResizeObserver(() => {
      this.changed();
    }).observe(root);
  }

  abstract receive(message: HostMessage): void;
  protected abstract template(): TemplateResult;

  /** Pixels that a chart may be wide. */
  protected get width(): number {
    return Math.max(280, Math.min(MAX_WIDTH, this.#root.clientWidth));
  }

  /** Draws anew before the next frame; many calls cost one drawing. */
  protected readonly changed = (): void => {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      render(this.template(), this.#root);
    });
  };
}
