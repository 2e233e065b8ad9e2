/** @file The trigger of a flagged label, where a file beside the model names it. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { LabelResult } from '../../engine/report/scanReport';
import { SIDECAR } from '../../engine/samples/sidecarName';
import type { ScanEntry } from '../../shared/scanEntry';
import { flaggedLabels } from '../results/problems';
import type { ScanStore } from '../scan/scanStore';
import { labelTooltip } from '../views/tooltips';
import { inlineTriggerIcon } from '../views/triggerPictures';
import { labelPlaces, namesLabels } from './labelPlaces';
import { isWanted, VisibleDocuments } from './visibleDocuments';

export class TriggersAtNames implements vscode.Disposable {
  readonly #type = vscode.window.createTextEditorDecorationType({});
  readonly #documents: VisibleDocuments;

  constructor(private readonly store: ScanStore) {
    this.#documents = new VisibleDocuments(store, isOfNames, () => this.#draw());
  }

  dispose(): void {
    this.#documents.dispose();
    this.#type.dispose();
  }

  async #draw(): Promise<void> {
    for (const editor of vscode.window.visibleTextEditors) {
      const { document } = editor;
      if (!isOfNames(document)) continue;
      editor.setDecorations(this.#type, isWanted(document.uri) ? await this.#decorations(document) : []);
    }
  }

  async #decorations(document: vscode.TextDocument): Promise<vscode.DecorationOptions[]> {
    const name = path.posix.basename(document.uri.path);
    const found: vscode.DecorationOptions[] = [];
    for (const entry of this.#models(document.uri.toString())) {
      const flagged = flaggedLabels(entry);
      for (const { label, end } of labelPlaces(document.getText(), name, flagged)) {
        const result = flagged.find((one) => one.label === label);
        if (result !== undefined) found.push(await decoration(document.positionAt(end), result, entry));
      }
    }
    return found;
  }

  /** Of the file of a model's samples its own model, of other files those in the same folder, or the folder itself. */
  #models(file: string): ScanEntry[] {
    const folder = folderOf(file);
    return this.store
      .all()
      .filter(({ uri }) =>
        file.endsWith(SIDECAR) ? file === `${uri}${SIDECAR}` : uri === folder || folderOf(uri) === folder,
      );
  }
}

function isOfNames({ uri }: vscode.TextDocument): boolean {
  return namesLabels(path.posix.basename(uri.path));
}

function folderOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf('/'));
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
