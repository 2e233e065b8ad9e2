/** @file A problem where visible code loads an infected model, and the way to its repaired copy. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { COMMANDS } from '../../shared/contributions';
import type { ScanController } from '../scan/scanController';
import type { ScanStore } from '../scan/scanStore';
import { BACKDOOR_CODE, commandFix, flaggedLabels, PROBLEM_SOURCE } from '../results/problems';
import { labelWords } from '../support/words';
import { CODE, entryOf, isCode, type ReferencedModel, referencedModels } from './referencedModels';
import { isWanted, VisibleDocuments } from './visibleDocuments';

export class InfectedInCode implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('neuralCleanse.code');
  readonly #subscriptions: readonly Pick<vscode.Disposable, 'dispose'>[];

  constructor(
    private readonly store: ScanStore,
    private readonly scans: Pick<ScanController, 'orderOf'>,
  ) {
    this.#subscriptions = [
      new VisibleDocuments(store, isCode, () => this.#look()),
      vscode.languages.registerCodeActionsProvider(
        CODE,
        { provideCodeActions: (document, range) => this.#quickFixes(document, range) },
        { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
      ),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#collection.dispose();
  }

  async #look(): Promise<void> {
    const visible = vscode.window.visibleTextEditors
      .map(({ document }) => document)
      .filter((document) => isCode(document) && isWanted(document.uri));
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
      problem.source = PROBLEM_SOURCE;
      problem.code = BACKDOOR_CODE;
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
      const model = vscode.Uri.parse(reference.model, true);
      const show = commandFix(vscode.l10n.t('Show the trigger'), COMMANDS.showResult, model);
      const repaired = this.#repairedCopies(model);
      if (repaired.length > 0) return [...repaired.map((copy) => useInstead(document, reference, copy)), show];
      return [commandFix(vscode.l10n.t('Repair the model…'), COMMANDS.repair, model), show];
    });
  }

  /** Of the same folder, and not infected themselves. */
  #repairedCopies(model: vscode.Uri): vscode.Uri[] {
    return this.store.all().flatMap(({ uri, report }) => {
      const copy = vscode.Uri.parse(uri, true);
      const isCopy = this.scans.orderOf(copy)?.repairedFrom === model.toString() && report?.verdict !== 'infected';
      return isCopy && path.posix.dirname(copy.path) === path.posix.dirname(model.path) ? [copy] : [];
    });
  }
}

interface Infected {
  /** URI of the file that was scanned. */
  readonly model: string;
  readonly labels: string;
}

/** Only the name at the end of the path changes: the copy lies beside the original. */
function useInstead(
  document: vscode.TextDocument,
  { range, path: written }: ReferencedModel,
  copy: vscode.Uri,
): vscode.CodeAction {
  const name = path.posix.basename(copy.path);
  const title = vscode.l10n.t('Load the repaired model {0} instead', name);
  const fix = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  const length = /[^/\\]*$/.exec(written)?.[0].length ?? 0;
  fix.edit = new vscode.WorkspaceEdit();
  fix.edit.replace(document.uri, new vscode.Range(range.end.translate(0, -length), range.end), name);
  fix.isPreferred = true;
  return fix;
}
