/** @file A webview panel of the fake `vscode` module, seen from the webview's side. */
import type { HostMessage, PanelMessage } from '../../src/shared/panelMessages';
import { EventEmitter } from './fakeEvents';

export class FakeWebviewPanel {
  readonly #messages = new EventEmitter<unknown>();
  readonly #disposed = new EventEmitter<void>();
  readonly onDidDispose = this.#disposed.event;
  /** What the host has sent. */
  readonly got: HostMessage[] = [];
  visible = true;
  closed = false;
  revealed = 0;
  iconPath: unknown;
  readonly webview = {
    options: {},
    html: '',
    cspSource: 'https://webview.test',
    asWebviewUri: (uri: unknown): unknown => uri,
    onDidReceiveMessage: this.#messages.event,
    postMessage: (message: HostMessage): Promise<boolean> => {
      this.got.push(message);
      return Promise.resolve(true);
    },
  };

  constructor(
    readonly viewType: string,
    readonly title: string,
  ) {}

  says(message: PanelMessage): void {
    this.#messages.fire(message);
  }

  /** The messages of one type, so far. */
  gotOf<T extends HostMessage['type']>(type: T): Extract<HostMessage, { type: T }>[] {
    return this.got.filter((message): message is Extract<HostMessage, { type: T }> => message.type === type);
  }

  reveal(): void {
    this.revealed++;
  }

  dispose(): void {
    if (this.closed) return;
    this.closed = true;
    this.#disposed.fire();
  }
}
