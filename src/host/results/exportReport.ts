/** @file Writes a report as JSON, HTML or SARIF to where the user wants it. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { ScanReport } from '../../engine/report/scanReport';
import { writeFile } from '../support/writeFile';

type Format = 'html' | 'json' | 'sarif';

/** Asks for the format, unless it is given, and for the place. */
export async function exportReport(uri: vscode.Uri, report: ScanReport, wanted?: Format): Promise<void> {
  const format = wanted ?? (await askForFormat());
  if (format === undefined) return;
  const target = await vscode.window.showSaveDialog({
    defaultUri: uri.with({ path: `${uri.path}.${format === 'sarif' ? 'sarif' : `report.${format}`}` }),
    filters: { [format.toUpperCase()]: [format] },
  });
  if (target === undefined) return;
  await writeFile(target, new TextEncoder().encode(await render(uri, report, format)), 'the report');
  const open = vscode.l10n.t('Open');
  const name = path.posix.basename(target.path);
  const answer = await vscode.window.showInformationMessage(vscode.l10n.t('The report was saved as {0}.', name), open);
  if (answer !== open) return;
  if (format === 'html') await vscode.env.openExternal(target);
  else await vscode.commands.executeCommand('vscode.open', target);
}

async function askForFormat(): Promise<Format | undefined> {
  const items: (vscode.QuickPickItem & { readonly format: Format })[] = [
    { label: 'HTML', detail: vscode.l10n.t('One page for people, with pictures; needs nothing else'), format: 'html' },
    { label: 'JSON', detail: vscode.l10n.t('Everything, for programs; the command line reads it'), format: 'json' },
    { label: 'SARIF', detail: vscode.l10n.t('For code scanning services'), format: 'sarif' },
  ];
  const placeHolder = vscode.l10n.t('Save the report as…');
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.format;
}

async function render(uri: vscode.Uri, report: ScanReport, format: Format): Promise<string> {
  switch (format) {
    case 'html':
      return (await import('../../engine/output/html/scanHtml')).htmlReport(report);
    case 'json':
      return (await import('../../engine/output/scanJson')).jsonReport(report);
    case 'sarif': {
      const [{ sarifReport }, { VERSION }] = await Promise.all([
        import('../../engine/output/scanSarif'),
        import('../../engine/report/version'),
      ]);
      // Services want a path inside the checkout; a model from elsewhere goes by its name alone.
      const inside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
      const modelPath = inside ? vscode.workspace.asRelativePath(uri, false) : path.posix.basename(uri.path);
      return sarifReport(report, { modelPath, toolVersion: VERSION });
    }
  }
}
