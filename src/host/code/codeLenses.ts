/** @file What is known of a model, above the line of code that loads it. */
import * as vscode from 'vscode';
import { COMMANDS, SETTINGS } from '../../shared/contributions';
import type { ScanEntry } from '../../shared/scanEntry';
import type { ScanStore } from '../scan/scanStore';
import { flaggedLabels } from '../results/problems';
import { labelWords, stateWords } from '../support/words';
import { entryOf, LANGUAGES, referencedModels } from './referencedModels';

export class CodeLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];

  constructor(private readonly store: ScanStore) {
    const change = (): void => {
      this.#changed.fire();
    };
    this.#subscriptions = [
      store.onDidChange(change),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(SETTINGS.inCode)) change();
      }),
      vscode.languages.registerCodeLensProvider(
        LANGUAGES.map((language) => ({ language })),
        this,
      ),
    ];
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!isWanted(document.uri)) return [];
    return (await referencedModels(document)).map((reference) => {
      const entry = entryOf(reference, this.store);
      return new vscode.CodeLens(reference.range, lensCommand(entry, reference.uri));
    });
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

/** Whether code is looked at, by the user's setting. */
export function isWanted(document: vscode.Uri): boolean {
  return vscode.workspace.getConfiguration(undefined, document).get<boolean>(SETTINGS.inCode) ?? true;
}

function lensCommand(entry: ScanEntry | undefined, uri: vscode.Uri): vscode.Command {
  if (entry === undefined || entry.state === 'failed') {
    const title = vscode.l10n.t('Backdoors: not scanned · Scan');
    return { command: COMMANDS.scan, title, arguments: [uri] };
  }
  if (entry.outdated === true) {
    const title = vscode.l10n.t('Backdoors: the file has changed since its scan · Scan again');
    return { command: COMMANDS.scan, title, arguments: [uri] };
  }
  const title = vscode.l10n.t('Backdoors: {0}', lensWords(entry));
  return { command: COMMANDS.showResult, title, arguments: [vscode.Uri.parse(entry.uri, true)] };
}

/** "Infected: Label 7", "Running 3/10", "Clean". */
function lensWords(entry: ScanEntry): string {
  const flagged = flaggedLabels(entry).map(labelWords);
  return flagged.length === 0 ? stateWords(entry) : `${stateWords(entry)}: ${flagged.join(', ')}`;
}
