/** @file Starts the engine's client when the first request comes, and ends its process with the window. */
import * as vscode from 'vscode';
import type { EngineClient } from '../../runner/client/client';

export class EngineProcess implements vscode.Disposable {
  readonly #entry: string;
  #client: Promise<EngineClient> | undefined;

  constructor(
    extension: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#entry = vscode.Uri.joinPath(extension, 'dist', 'engine.mjs').fsPath;
  }

  client(): Promise<EngineClient> {
    return (this.#client ??= this.#load());
  }

  dispose(): void {
    void this.#client?.then((client) => client.dispose());
  }

  async #load(): Promise<EngineClient> {
    // JSON-RPC is not needed before the first scan.
    const { EngineClient } = await import('../../runner/client/client');
    return new EngineClient({
      entry: this.#entry,
      log: (text) => {
        this.log.debug(text.trimEnd());
      },
    });
  }
}
