/** @file A problem where visible code loads an infected model, and the way to its repaired copy. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { COMMANDS, SETTINGS } from '../../shared/contributions';
import type { ScanController } from '../scan/scanController';
import type { ScanStore } from '../scan/scanStore';
import { flaggedLabels } from '../results/problems';
import { labelWords } from '../support/words';
import { isWanted } from './codeLenses';
import { entryOf, LANGUAGES, type ReferencedModel, referencedModels } from './referencedModels';

const SOURCE = 'Neural Cleanse';
/** As in the SARIF report. */
const CODE = 'NC001';
/** Milliseconds without a change after which code is looked at. */
const PAUSE = 400;

export class InfectedInCode implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('neuralCleanse.code');
  readonly #subscriptions: vscode.Disposable[];
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: ScanStore,
    private readonly scans: Pick<ScanController, 'orderOf'>,
  ) {
    const change = (): void => {
      this.#lookSoon();
    };
    this.#subscriptions = [
      store.onDidChange(change),
      vscode.window.onDidChangeVisibleTextEditors(change),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (LANGUAGES.includes(document.languageId)) change();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(SETTINGS.inCode)) change();
      }),
      vscode.languages.registerCodeActionsProvider(
        LANGUAGES.map((language) => ({ language })),
        { provideCodeActions: (document, range) => this.#quickFixes(document, range) },
        { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
      ),
    ];
    this.#lookSoon();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#collection.dispose();
  }

  #lookSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), PAUSE);
  }

  async #look(): Promise<void> {
    const visible = vscode.window.visibleTextEditors
      .map(({ document }) => document)
      .filter(({ languageId, uri }) => LANGUAGES.includes(languageId) && isWanted(uri));
    const problems = await Promise.all(
      visible.map(async (document) => [document.uri, await this.#problemsOf(document)] as const),
    );
    this.#collection.clear();
    for (const [uri, own] of problems) this.#collection.set(uri, own);
  }

  async #problemsOf(document: vscode.TextDocument): Promise<vscode.Diagnostic[]> {
    return (await this.#infected(document)).map(({ range, path: written, labels }) => {
      const text = vscode.l10n.t('{0} hides a backdoor to {1}.', path.posix.basename(written), labels);
      const problem = new vscode.Diagnostic(range, text, vscode.DiagnosticSeverity.Warning);
      problem.source = SOURCE;
      problem.code = CODE;
      return problem;
    });
  }

  async #infected(document: vscode.TextDocument): Promise<(ReferencedModel & Infected)[]> {
    return (await referencedModels(document)).flatMap((reference) => {
      const entry = entryOf(reference, this.store);
      const flagged = flaggedLabels(entry);
      if (entry?.report?.verdict !== 'infected' || flagged.length === 0) return [];
      return [{ ...reference, model: entry.uri, labels: flagged.map(labelWords).join(', ') }];
    });
  }

  async #quickFixes(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.CodeAction[]> {
    if (!isWanted(document.uri)) return [];
    const here = (await this.#infected(document)).filter((reference) => reference.range.intersection(range));
    return here.flatMap((reference) => {
      const show = action(vscode.l10n.t('Show the trigger'));
      show.command = command(COMMANDS.showResult, show.title, reference.model);
      const repaired = this.#repairedCopies(reference.model);
      if (repaired.length > 0) return [...repaired.map((copy) => useInstead(document, reference, copy)), show];
      const repair = action(vscode.l10n.t('Repair the model…'));
      repair.command = command(COMMANDS.repair, repair.title, reference.model);
      return [repair, show];
    });
  }

  /** Of the same folder, and not infected themselves. */
  #repairedCopies(model: string): vscode.Uri[] {
    return this.store.all().flatMap(({ uri, report }) => {
      const copy = vscode.Uri.parse(uri, true);
      const isCopy = this.scans.orderOf(copy)?.repairedFrom === model && report?.verdict !== 'infected';
      const folders = [copy, vscode.Uri.parse(model, true)].map((one) => path.posix.dirname(one.path));
      return isCopy && folders[0] === folders[1] ? [copy] : [];
    });
  }
}

interface Infected {
  /** URI of the file that was scanned. */
  readonly model: string;
  readonly labels: string;
}

function action(title: string): vscode.CodeAction {
  return new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
}

function command(id: string, title: string, model: string): vscode.Command {
  return { command: id, title, arguments: [vscode.Uri.parse(model, true)] };
}

/** Only the name at the end of the path changes: the copy lies beside the original. */
function useInstead(
  document: vscode.TextDocument,
  { range, path: written }: ReferencedModel,
  copy: vscode.Uri,
): vscode.CodeAction {
  const name = path.posix.basename(copy.path);
  const fix = action(vscode.l10n.t('Load the repaired model {0} instead', name));
  const length = /[^/\\]*$/.exec(written)?.[0].length ?? 0;
  fix.edit = new vscode.WorkspaceEdit();
  fix.edit.replace(document.uri, new vscode.Range(range.end.translate(0, -length), range.end), name);
  fix.isPreferred = true;
  return fix;
}
