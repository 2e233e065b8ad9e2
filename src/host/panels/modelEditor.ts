/** @file The read-only editor of model files: what the engine says of the file, and what its last scan said. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { modelName } from '../models/modelName';
import type { ModelInspection } from '../../engine/inspect/modelInspection';
import { COMMANDS } from '../../shared/contributions';
import type { PanelMessage } from '../../shared/panelMessages';
import { scanView } from '../../shared/scanView';
import { isCancelled, logError, sentenceOf } from '../support/errors';
import type { Services } from '../services';
import { PanelConnection, type PanelOwner } from './connection';
import { Throttle } from './throttle';

/** A file that is being written changes many times. */
const QUIET = 500;

export class ModelEditorProvider implements vscode.CustomReadonlyEditorProvider {
  constructor(private readonly services: Services) {}

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    new ModelEditor(panel, uri, this.services);
  }
}

class ModelEditor implements PanelOwner {
  readonly #connection: PanelConnection;
  readonly #abort = new AbortController();
  #inspection: ModelInspection | undefined;
  #error: string | undefined;

  constructor(
    panel: vscode.WebviewPanel,
    private readonly uri: vscode.Uri,
    private readonly services: Services,
  ) {
    const inspectSoon = new Throttle(
      () => {
        void this.#inspect();
      },
      () => QUIET,
    );
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), path.posix.basename(uri.path)),
    );
    const changed = (): void => {
      inspectSoon.request();
    };
    const changes = vscode.Disposable.from(
      watcher,
      watcher.onDidChange(changed),
      watcher.onDidCreate(changed),
      services.store.onDidChange((key) => {
        if (key === uri.toString()) this.#update();
      }),
      inspectSoon,
    );
    panel.onDidDispose(() => {
      this.#abort.abort();
      changes.dispose();
    });
    this.#connection = new PanelConnection(panel.webview, 'model', services, this);
    void this.#inspect();
  }

  onReady(): void {
    if (this.#inspection !== undefined || this.#error !== undefined) this.#update();
  }

  async onMessage(message: PanelMessage): Promise<void> {
    if (message.type !== 'action') return;
    if (message.action === 'scan') await vscode.commands.executeCommand(COMMANDS.scan, this.uri);
    if (message.action === 'openScan') await vscode.commands.executeCommand(COMMANDS.showResult, this.uri);
  }

  async #inspect(): Promise<void> {
    try {
      if (this.uri.scheme !== 'file') {
        this.#error = vscode.l10n.t('Only files on a disk can be read. Save the model to a folder and open it there.');
      } else {
        const engine = await this.services.engine();
        this.#inspection = await engine.inspect({ model: this.uri.fsPath }, this.#abort.signal);
        this.#error = undefined;
      }
    } catch (error) {
      if (isCancelled(error)) return;
      logError(this.services.log, error);
      this.#inspection = undefined;
      this.#error = sentenceOf(error);
    }
    this.#update();
  }

  #update(): void {
    const entry = this.services.store.get(this.uri.toString());
    this.#connection.post({
      type: 'model',
      model: {
        name: modelName(this.uri),
        ...(this.#inspection && { inspection: this.#inspection }),
        ...(this.#error !== undefined && { error: this.#error }),
        ...(entry && { scan: scanView(entry) }),
      },
    });
  }
}
