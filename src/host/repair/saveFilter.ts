/** @file A filter against the triggers of a scan: how strict it is to be, where it goes, what it costs. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { modelName } from '../models/modelName';
import { formatPercent } from '../../engine/support/numberText';
import { plainText } from '../../engine/support/plainText';
import type { CalibratedFilters } from '../../runner/protocol/protocol';
import { engineText } from '../../shared/engineText';
import { jobProgress } from '../support/jobProgress';
import type { Services } from '../services';
import { uriExists } from '../support/uriExists';

/** Shares of clean images that a filter may reject. */
const RATES = [0.001, 0.005, 0.01, 0.05];

type Calibrated = CalibratedFilters['filters'][number];

/** Nothing is written before the user has chosen rate and place. Rejects with the engine's typed errors. */
export async function saveInputFilter(
  { engine, scans, store }: Pick<Services, 'engine' | 'scans' | 'store'>,
  uri: vscode.Uri,
): Promise<void> {
  const report = store.get(uri.toString())?.report;
  const task = scans.taskOf(uri);
  if (report === undefined || task === undefined) return;
  const title = vscode.l10n.t('Calibrating an input filter for {0}', modelName(uri));
  const { filters, doubt } = await jobProgress(title, async (listener) =>
    (await engine()).calibrateFilter({ ...task, report, only: report.flagged, rates: RATES }, listener),
  );
  if (doubt !== undefined) void vscode.window.showWarningMessage(plainText(engineText(doubt), 600));
  const chosen = await chooseRate(filters);
  if (chosen === undefined) return;
  const json = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save the filter, and beside it the model with its filter as ONNX'),
    defaultUri: uri.with({ path: `${uri.path}.filter.json` }),
    filters: { JSON: ['json'] },
  });
  if (json === undefined) return;
  const onnx = json.with({ path: `${json.path.replace(/\.json$/i, '')}.onnx` });
  if (!(await mayWrite(onnx))) return;
  const { model, architecture } = task;
  await (
    await engine()
  ).saveFilter({
    model,
    ...(architecture !== undefined && { architecture }),
    ...{ filter: chosen.filter, json: json.fsPath, onnx: onnx.fsPath },
  });
  await announceFilter(chosen, json, onnx);
}

async function chooseRate(filters: readonly Calibrated[]): Promise<Calibrated | undefined> {
  const items = filters.map((calibrated) => ({
    label: formatPercent(calibrated.filter.falsePositiveRate),
    description: vscode.l10n.t(
      '{0} of the images with the trigger pass',
      formatPercent(calibrated.cost.falseNegativeRate),
    ),
    calibrated,
  }));
  const placeHolder = vscode.l10n.t('How many of the clean images may the filter reject?');
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.calibrated;
}

/** The dialog has asked about the other file only. */
async function mayWrite(uri: vscode.Uri): Promise<boolean> {
  if (!(await uriExists(uri))) return true;
  const replace = vscode.l10n.t('Replace');
  const question = vscode.l10n.t('There is a file {0} already. Replace it?', path.posix.basename(uri.path));
  return (await vscode.window.showWarningMessage(question, { modal: true }, replace)) === replace;
}

async function announceFilter({ cost }: Calibrated, json: vscode.Uri, onnx: vscode.Uri): Promise<void> {
  const open = vscode.l10n.t('Open');
  const sentence = vscode.l10n.t(
    'The filter rejects {0} of the clean images and lets {1} of those with the trigger pass. It was saved as {2} and {3}.',
    formatPercent(cost.falsePositiveRate),
    formatPercent(cost.falseNegativeRate),
    path.posix.basename(json.path),
    path.posix.basename(onnx.path),
  );
  const answer = await vscode.window.showInformationMessage(sentence, open);
  if (answer === open) await vscode.commands.executeCommand('vscode.open', json);
}
