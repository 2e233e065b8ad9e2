/** @file The trigger of a flagged label, where a file beside the model names it. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { LabelResult } from '../../engine/report/scanReport';
import { SETTINGS } from '../../shared/contributions';
import type { ScanEntry } from '../../shared/scanEntry';
import { flaggedLabels } from '../results/problems';
import type { ScanStore } from '../scan/scanStore';
import { labelTooltip } from '../views/tooltips';
import { inlineTriggerIcon } from '../views/triggerPictures';
import { isWanted } from './codeLenses';
import { labelPlaces, namesLabels } from './labelPlaces';

/** Milliseconds without a change after which files are looked at. */
const PAUSE = 400;

export class TriggersAtNames implements vscode.Disposable {
  readonly #type = vscode.window.createTextEditorDecorationType({});
  readonly #subscriptions: vscode.Disposable[];
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly store: ScanStore) {
    const change = (): void => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#draw(), PAUSE);
    };
    this.#subscriptions = [
      store.onDidChange(change),
      vscode.window.onDidChangeVisibleTextEditors(change),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (namesLabels(path.posix.basename(document.uri.path))) change();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(SETTINGS.inCode)) change();
      }),
    ];
    change();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#type.dispose();
  }

  async #draw(): Promise<void> {
    for (const editor of vscode.window.visibleTextEditors) {
      const { uri } = editor.document;
      if (!namesLabels(path.posix.basename(uri.path))) continue;
      const decorations = isWanted(uri) ? await this.#decorations(editor.document) : [];
      editor.setDecorations(this.#type, decorations);
    }
  }

  async #decorations(document: vscode.TextDocument): Promise<vscode.DecorationOptions[]> {
    const name = path.posix.basename(document.uri.path);
    const found: vscode.DecorationOptions[] = [];
    for (const entry of this.#models(document.uri)) {
      for (const result of flaggedLabels(entry)) {
        for (const { end } of labelPlaces(document.getText(), name, [result])) {
          found.push(await decoration(document.positionAt(end), result, entry));
        }
      }
    }
    return found;
  }

  /** Of the sidecar its own model, of other files those in the same folder. */
  #models(uri: vscode.Uri): ScanEntry[] {
    const file = uri.toString();
    const folder = file.slice(0, file.lastIndexOf('/'));
    return this.store
      .all()
      .filter((entry) =>
        file.endsWith('.neural-cleanse.json')
          ? file.startsWith(entry.uri)
          : entry.uri === folder || entry.uri.slice(0, entry.uri.lastIndexOf('/')) === folder,
      );
  }
}

async function decoration(
  place: vscode.Position,
  result: LabelResult,
  entry: ScanEntry,
): Promise<vscode.DecorationOptions> {
  const icon = inlineTriggerIcon(result);
  const after = icon === undefined ? { contentText: '⚠' } : { contentIconPath: vscode.Uri.parse(icon, true) };
  return {
    range: new vscode.Range(place.translate(0, -1), place),
    hoverMessage: await labelTooltip(result, entry),
    renderOptions: {
      // The rule behind the semicolon puts the picture into the middle of the line, for which there is no option.
      after: { ...after, margin: '0 0 0 1ch', textDecoration: 'none; vertical-align: middle' },
    },
  };
}
