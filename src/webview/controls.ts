/** @file Every control that comes from a library, so that the library can be changed in this file alone. */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodePanels,
  vsCodePanelTab,
  vsCodePanelView,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { html, nothing, type TemplateResult } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import { repeat } from 'lit-html/directives/repeat.js';

export function registerControls(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodePanels(),
    vsCodePanelTab(),
    vsCodePanelView(),
    vsCodeTextField(),
  );
}

export interface ButtonOptions {
  readonly primary?: boolean;
  readonly disabled?: boolean;
  /** What it is about; screen readers say it after the text, where the text alone is not clear. */
  readonly about?: string;
  /** Shown as held down. */
  readonly pressed?: boolean;
}

export function button(text: string, onClick: () => void, options: ButtonOptions = {}): TemplateResult {
  return html`<vscode-button
    appearance=${options.primary === true ? 'primary' : 'secondary'}
    ?disabled=${options.disabled === true}
    aria-label=${options.about === undefined ? text : `${text}: ${options.about}`}
    aria-pressed=${options.pressed ?? nothing}
    @click=${onClick}
    >${text}</vscode-button
  >`;
}

export interface Choice {
  readonly id: string;
  readonly text: string;
}

/** A labelled choice of a few. */
export function dropdown(
  name: string,
  choices: readonly Choice[],
  chosen: string,
  onChange: (id: string) => void,
): TemplateResult {
  return html`<span class="field">
    <span aria-hidden="true">${name}</span>
    <vscode-dropdown
      aria-label=${name}
      .value=${live(chosen)}
      @change=${(event: Event) => {
        onChange(valueOf(event));
      }}
    >
      ${repeat(
        choices,
        ({ id }) => id,
        ({ id, text }) => html`<vscode-option value=${id} ?selected=${id === chosen}>${text}</vscode-option>`,
      )}
    </vscode-dropdown>
  </span>`;
}

export function checkbox(text: string, checked: boolean, onChange: (checked: boolean) => void): TemplateResult {
  return html`<vscode-checkbox
    .checked=${live(checked)}
    @change=${(event: Event) => {
      onChange((event.target as HTMLInputElement).checked);
    }}
    >${text}</vscode-checkbox
  >`;
}

export function textField(name: string, text: string, onInput: (text: string) => void): TemplateResult {
  return html`<vscode-text-field
    .value=${live(text)}
    @input=${(event: Event) => {
      onInput(valueOf(event));
    }}
    >${name}</vscode-text-field
  >`;
}

/** The toolkit has no slider; `percent` or another word is what a screen reader says for the position. */
export function slider(
  name: string,
  position: { readonly value: number; readonly max: number; readonly text: string },
  onInput: (value: number) => void,
): TemplateResult {
  return html`<input
    type="range"
    min="0"
    max=${position.max}
    step="1"
    aria-label=${name}
    aria-valuetext=${position.text}
    .value=${live(String(position.value))}
    @input=${(event: Event) => {
      onInput(Number(valueOf(event)));
    }}
  />`;
}

export interface Tab {
  readonly id: string;
  readonly title: string;
  readonly content: () => TemplateResult;
}

/** Only the chosen tab is drawn. */
export function tabs(
  name: string,
  all: readonly Tab[],
  chosen: string,
  onChange: (id: string) => void,
): TemplateResult {
  // The toolkit's moving indicator stays behind when tabs change during its move; the style sheet has a still one.
  return html`<vscode-panels
    aria-label=${name}
    .activeindicator=${false}
    activeid=${`tab-${chosen}`}
    @change=${(event: Event) => {
      const id = (event.target as HTMLElement & { activeid?: string }).activeid?.replace(/^tab-/, '');
      // Controls inside a tab send events of the same name.
      if (event.target === event.currentTarget && id !== undefined) onChange(id);
    }}
  >
    ${repeat(
      all,
      ({ id }) => `tab-${id}`,
      ({ id, title }) => html`<vscode-panel-tab id=${`tab-${id}`}>${title}</vscode-panel-tab>`,
    )}
    ${repeat(
      all,
      ({ id }) => `view-${id}`,
      ({ id, content }) =>
        html`<vscode-panel-view id=${`view-${id}`}>${id === chosen ? content() : nothing}</vscode-panel-view>`,
    )}
  </vscode-panels>`;
}

function valueOf(event: Event): string {
  return (event.target as HTMLInputElement).value;
}
