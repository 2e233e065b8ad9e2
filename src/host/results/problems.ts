/** @file One entry of the Problems panel per flagged label, as long as the report is of the file that is there. */
import * as vscode from 'vscode';
import { formatFixed, formatPercent, formatPEquation } from '../../engine/support/numberText';
import type { LabelResult, ScanReport } from '../../engine/report/scanReport';
import { COMMANDS } from '../../shared/contributions';
import type { ScanEntry } from '../../shared/scanEntry';
import { MODEL_GLOB } from '../../runner/files/modelFiles';
import { resultLink } from './resultLink';
import type { ScanStore } from '../scan/scanStore';
import { labelWords } from '../support/words';

export const PROBLEM_SOURCE = 'Neural Cleanse';
/** As in the SARIF report. */
export const BACKDOOR_CODE = 'NC001';

export class Problems implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('neuralCleanse');
  readonly #subscriptions: vscode.Disposable[];

  constructor(store: ScanStore) {
    const update = (uri: string): void => {
      this.#collection.set(vscode.Uri.parse(uri, true), problemsOf(store.get(uri)));
    };
    this.#subscriptions = [
      store.onDidChange(update),
      vscode.languages.registerCodeActionsProvider(
        { scheme: 'file', pattern: MODEL_GLOB },
        { provideCodeActions: (document, _range, { diagnostics }) => quickFixes(document.uri, diagnostics) },
        { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
      ),
    ];
    for (const { uri } of store.all()) update(uri);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#collection.dispose();
  }
}

/** The labels that a report of the present file flags. */
export function flaggedLabels(entry: ScanEntry | undefined): readonly LabelResult[] {
  if (entry?.state !== 'done' || entry.outdated === true) return [];
  return entry.report?.labels.filter(({ flagged }) => flagged) ?? [];
}

function problemsOf(entry: ScanEntry | undefined): vscode.Diagnostic[] {
  const report = entry?.report;
  if (entry === undefined || report === undefined) return [];
  return flaggedLabels(entry).map((result) => {
    const certain = report.verdict === 'infected';
    const diagnostic = new vscode.Diagnostic(
      new vscode.Range(0, 0, 0, 0),
      problemSentence(result, report, certain),
      certain ? vscode.DiagnosticSeverity.Warning : vscode.DiagnosticSeverity.Information,
    );
    diagnostic.source = PROBLEM_SOURCE;
    diagnostic.code = { value: BACKDOOR_CODE, target: resultLink(entry.uri, result.label) };
    return diagnostic;
  });
}

function problemSentence(result: LabelResult, { median }: ScanReport, certain: boolean): string {
  const figures = [
    ...(result.anomalyIndex === undefined ? [] : [vscode.l10n.t('index {0}', formatFixed(result.anomalyIndex, 2))]),
    ...(result.pValue === undefined ? [] : [formatPEquation(result.pValue)]),
    ...(result.attackSuccess === undefined
      ? []
      : [vscode.l10n.t('attack success {0}', formatPercent(result.attackSuccess))]),
  ].join(', ');
  const [name, size, usual] = [labelWords(result), formatFixed(result.l1, 1), formatFixed(median, 1)];
  return certain
    ? vscode.l10n.t(
        'Backdoor to {0}: a trigger of {1} pixels is enough, where the median is {2} ({3}).',
        name,
        size,
        usual,
        figures,
      )
    : vscode.l10n.t(
        'Suspiciously small trigger for {0}: {1} pixels, where the median is {2} ({3}).',
        name,
        size,
        usual,
        figures,
      );
}

function quickFixes(uri: vscode.Uri, diagnostics: readonly vscode.Diagnostic[]): vscode.CodeAction[] {
  const ours = diagnostics.filter(({ source }) => source === PROBLEM_SOURCE);
  if (ours.length === 0) return [];
  const fixes = [
    commandFix(vscode.l10n.t('Show the trigger'), COMMANDS.showResult, uri),
    commandFix(vscode.l10n.t('Repair the model…'), COMMANDS.repair, uri),
  ];
  for (const fix of fixes) fix.diagnostics = ours;
  return fixes;
}

/** A quick fix that runs a command on a model. */
export function commandFix(title: string, command: string, model: vscode.Uri): vscode.CodeAction {
  const fix = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  fix.command = { command, title, arguments: [model] };
  return fix;
}
