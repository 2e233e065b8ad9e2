/** @file What is known of a model, above the line of code that loads it. */
import * as vscode from 'vscode';
import { COMMANDS } from '../../shared/contributions';
import type { ScanEntry } from '../../shared/scanEntry';
import type { ScanStore } from '../scan/scanStore';
import { flaggedLabels } from '../results/problems';
import { labelWords, stateWords } from '../support/words';
import { Throttle } from '../panels/throttle';
import { CODE, entryOf, referencedModels } from './referencedModels';
import { isWanted, onDidChangeWish } from './visibleDocuments';

/** Milliseconds in which changes are gathered. */
const PAUSE = 500;

export class CodeLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #soon = new Throttle(
    () => {
      this.#changed.fire();
    },
    () => PAUSE,
  );
  readonly #subscriptions: readonly Pick<vscode.Disposable, 'dispose'>[];

  constructor(private readonly store: ScanStore) {
    this.#subscriptions = [
      this.#soon,
      // A running scan tells of itself many times a second, and every lens looks for files.
      store.onDidChange(() => {
        this.#soon.request();
      }),
      onDidChangeWish(() => {
        this.#soon.request();
      }),
      vscode.languages.registerCodeLensProvider(CODE, this),
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
