/** @file The scan panel's side of the host: sends what changes in the store, and the large parts when they are asked for. */
import * as vscode from 'vscode';
import { COMMANDS } from '../../shared/contributions';
import type { PanelAction, PanelMessage, RevealTarget } from '../../shared/panelMessages';
import type { ScanEntry } from '../../shared/scanEntry';
import { labelDetails, liveView, scanView } from '../../shared/scanView';
import { exportReport } from '../results/exportReport';
import type { Services } from '../services';
import { PanelConnection, type PanelOwner } from './connection';
import { Throttle } from './throttle';

export const SCAN_PANEL = 'neuralCleanse.scanPanel';

/** Milliseconds between two updates; thousands of labels are sent less often. */
const INTERVAL = 200;
const LARGE = { labels: 500, interval: 1000 };

const ACTIONS: Partial<Record<PanelAction, string>> = {
  scan: COMMANDS.scan,
  cancel: COMMANDS.stop,
  resume: COMMANDS.resume,
  repair: COMMANDS.repair,
  saveFilter: COMMANDS.saveFilter,
};

export class ScanPanel implements PanelOwner {
  readonly #connection: PanelConnection;
  readonly #throttle: Throttle;
  readonly #key: string;
  /** What the webview has got. */
  #sent: ScanEntry | undefined;
  /** Until it is sent: what the user looks at later is kept by the webview itself. */
  #revealing: RevealTarget | undefined;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly uri: vscode.Uri,
    private readonly services: Services,
  ) {
    this.#key = uri.toString();
    this.#throttle = new Throttle(
      () => {
        this.#update();
      },
      () => ((this.#entry?.labels.length ?? 0) > LARGE.labels ? LARGE.interval : INTERVAL),
    );
    const changes = services.store.onDidChange((key) => {
      if (key === this.#key) this.#throttle.request();
    });
    panel.onDidDispose(() => {
      changes.dispose();
      this.#throttle.dispose();
    });
    this.#connection = new PanelConnection(panel.webview, 'scan', services, this);
  }

  /** Brings the panel to the front, with the target in sight if one is given. */
  show(target?: RevealTarget): void {
    const isShown = this.panel.visible;
    this.panel.reveal(undefined, false);
    this.#revealing = target;
    // A webview that was hidden starts anew, and gets it then.
    if (isShown) this.#reveal();
  }

  onReady(): void {
    this.#sent = undefined;
    this.#update();
    this.#reveal();
  }

  async onMessage(message: PanelMessage): Promise<void> {
    const entry = this.#entry;
    if (message.type === 'needDetails') {
      const wanted = new Set(message.labels);
      for (const result of entry?.labels ?? []) {
        if (wanted.has(result.label)) this.#connection.post({ type: 'details', details: labelDetails(result) });
      }
    } else if (message.type === 'exportReport') {
      if (entry?.report) await exportReport(this.uri, entry.report, message.format);
    } else if (message.type === 'identify') {
      await vscode.commands.executeCommand(COMMANDS.identify, this.uri, message.label);
    } else if (message.type === 'action') {
      const command = ACTIONS[message.action];
      if (command !== undefined) await vscode.commands.executeCommand(command, this.uri);
    }
  }

  get #entry(): ScanEntry | undefined {
    return this.services.store.get(this.#key);
  }

  #update(): void {
    const entry = this.#entry;
    if (!entry) return;
    if (!this.#sent || !sameResult(this.#sent, entry)) this.#connection.post({ type: 'scan', scan: scanView(entry) });
    this.#connection.post({ type: 'live', live: liveView(entry) });
    this.#sent = entry;
  }

  #reveal(): void {
    if (this.#revealing === undefined) return;
    if (this.#connection.post({ type: 'reveal', target: this.#revealing })) this.#revealing = undefined;
  }
}

/** Entries are replaced, never changed, so that comparing their parts is enough. */
function sameResult(a: ScanEntry, b: ScanEntry): boolean {
  return (['name', 'state', 'labels', 'report', 'error', 'outdated', 'sample', 'before', 'neurons'] as const).every(
    (key) => a[key] === b[key],
  );
}
