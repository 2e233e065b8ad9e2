/** @file The webview's line to the extension host. */
import type { HostMessage, PanelMessage, PanelState } from '../shared/panelMessages';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

export function post(message: PanelMessage): void {
  api.postMessage(message);
}

/** Only the host's page can reach this frame, so its messages are taken as they are. */
export function onHostMessage(listener: (message: HostMessage) => void): void {
  window.addEventListener('message', (event: MessageEvent<HostMessage>) => {
    listener(event.data);
  });
}

/** What a panel remembers over a reload, besides what the host needs to find its model again. */
export function loadState<T extends object>(): Partial<T> {
  const state = api.getState();
  return typeof state === 'object' && state !== null ? state : {};
}

export function saveState(state: PanelState & Readonly<Record<string, unknown>>): void {
  api.setState(state);
}
