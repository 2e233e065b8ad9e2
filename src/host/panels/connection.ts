/** @file One webview and the host: the page, checked messages, and a fresh start whenever the webview is made anew. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { parsePanelMessage, type HostMessage, type PanelKind, type PanelMessage } from '../../shared/panelMessages';
import { showError } from '../support/errors';
import type { Services } from '../services';
import { panelHtml } from './html';
import { saveChart } from './saveChart';

export interface PanelOwner {
  /** The webview has just started, or started again: send it all it needs. */
  onReady(): void;
  onMessage(message: PanelMessage): unknown;
}

export class PanelConnection {
  #ready = false;

  constructor(
    private readonly webview: vscode.Webview,
    kind: PanelKind,
    private readonly services: Pick<Services, 'context' | 'log'>,
    private readonly owner: PanelOwner,
  ) {
    const dist = vscode.Uri.joinPath(services.context.extensionUri, 'dist');
    const file = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    webview.onDidReceiveMessage((message: unknown) => this.#receive(message));
    webview.html = panelHtml({
      kind,
      source: webview.cspSource,
      script: file('webview.js'),
      style: file('webview.css'),
      nonce: randomBytes(18).toString('base64url'),
      language: vscode.env.language,
    });
  }

  /** Whether it was sent; what is not, because the webview is not ready, is not missed: `onReady` sends everything. */
  post(message: HostMessage): boolean {
    if (this.#ready) void this.webview.postMessage(message);
    return this.#ready;
  }

  async #receive(value: unknown): Promise<void> {
    const message = parsePanelMessage(value);
    if (message === undefined) {
      this.services.log.warn('A panel sent a message that cannot be understood; it was ignored.');
      return;
    }
    try {
      if (message.type === 'ready') this.#start();
      else if (message.type === 'exportChart') await saveChart(message);
      else await this.owner.onMessage(message);
    } catch (error) {
      showError(this.services.log, error);
    }
  }

  #start(): void {
    this.#ready = true;
    const translations = vscode.l10n.bundle;
    this.post({ type: 'start', ...(translations && { translations }) });
    this.owner.onReady();
  }
}
