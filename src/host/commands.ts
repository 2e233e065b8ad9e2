/** @file All commands: from what VS Code hands over to the parts of the host that do the work. */
import * as vscode from 'vscode';
import { COMMANDS, EXTENSION_ID, MODEL_EDITOR, VIEWS, WALKTHROUGH } from '../shared/contributions';
import type { ScanEntry } from '../shared/scanEntry';
import { runDoctor } from './support/doctorCommand';
import { showError, tell } from './support/errors';
import { exportReport } from './results/exportReport';
import { identify } from './results/identify';
import { saveInputFilter } from './repair/saveFilter';
import { copySample, firstImage } from './samples/sampleModel';
import type { Services } from './services';
import { resumeScans, runScans, startScans } from './scan/startScans';
import { chooseEntry, chooseLabel, modelsOfArguments } from './targets';
import type { ResultTree } from './views/resultTree';

type Handler = (...args: unknown[]) => unknown;

export function registerCommands(services: Services, tree: ResultTree): vscode.Disposable {
  const { context, log, scans, store } = services;

  /** The results meant by the arguments, or else the one the user chooses. */
  const entries = async (args: readonly unknown[], fits: (entry: ScanEntry) => boolean): Promise<ScanEntry[]> => {
    const named = modelsOfArguments(args).flatMap((uri) => store.get(uri.toString()) ?? []);
    if (named.length > 0) return named.filter(fits);
    const chosen = await chooseEntry(store.all().filter(fits));
    return chosen === undefined ? [] : [chosen];
  };
  const uriOf = (entry: ScanEntry): vscode.Uri => vscode.Uri.parse(entry.uri, true);

  const handlers: Record<keyof typeof COMMANDS, Handler> = {
    scan: async (...args) => startScans(services, await modelsToScan(args)),
    scanWithOtherSamples: async (...args) => startScans(services, await modelsToScan(args), { askAgain: true }),
    scanWithoutSamples: async (...args) => startScans(services, await modelsToScan(args), { withoutSamples: true }),
    scanSample: async () => {
      const { model, data } = await copySample(context);
      await services.samples.remember(model.fsPath, { data });
      await vscode.commands.executeCommand(`${VIEWS.results}.focus`);
      if (scans.isActive(model)) return;
      const sample = await firstImage(data);
      await runScans(services, [{ uri: model, samples: { data }, ...(sample !== undefined && { sample }) }]);
    },
    resume: async (...args) => resumeScans(services, (await entries(args, isUnfinished)).map(uriOf)),
    stop: async (...args) => {
      for (const entry of await entries(args, isActive)) scans.stop(uriOf(entry));
    },
    stopAll: () => {
      scans.stopAll();
    },
    showResult: async (...args) => {
      const [entry] = await entries(args.slice(0, 1), () => true);
      if (entry === undefined) return;
      const { showScanPanel } = await import('./panels');
      showScanPanel(uriOf(entry), labelOf(args));
    },
    compare: async (...args) => {
      const [entry] = await entries(args.slice(0, 1), isFinished);
      if (entry === undefined) return;
      const others = store.all().filter((each) => isFinished(each) && each.uri !== entry.uri);
      if (others.length === 0) {
        void vscode.window.showInformationMessage(
          vscode.l10n.t('There is no other result to compare with: scan another model first.'),
        );
        return;
      }
      const before = await chooseEntry(others, vscode.l10n.t('Compare {0} with which result?', entry.name));
      if (before?.report === undefined) return;
      scans.compare(uriOf(entry), before.report);
      const { showScanPanel } = await import('./panels');
      showScanPanel(uriOf(entry), 'comparison');
    },
    openModel: async (...args) => {
      const [uri] = await modelsToScan(args);
      if (uri !== undefined) await vscode.commands.executeCommand('vscode.openWith', uri, MODEL_EDITOR);
    },
    repair: async (...args) => {
      if (!vscode.workspace.isTrusted) {
        tell(log, vscode.l10n.t('Repaired models are written only in trusted workspaces. Trust this one first.'));
        return;
      }
      const [entry] = await entries(args, isInfected);
      if (entry === undefined) {
        void vscode.window.showInformationMessage(
          vscode.l10n.t('There is nothing to repair: scan a model first, and repair it if a backdoor is found.'),
        );
        return;
      }
      const { showRepairPanel } = await import('./panels');
      showRepairPanel(uriOf(entry));
    },
    identify: async (...args) => {
      const [entry] = await entries(args.slice(0, 1), hasTriggers);
      if (entry === undefined) {
        void vscode.window.showInformationMessage(
          vscode.l10n.t('There is no trigger yet: scan a model first, then see which neurons its triggers drive.'),
        );
        return;
      }
      const label = labelOf(args) ?? (await chooseLabel(entry.labels));
      if (label === undefined) return;
      const { showScanPanel } = await import('./panels');
      showScanPanel(uriOf(entry), { neuronsOf: label });
      await identify(services, uriOf(entry), label);
    },
    saveFilter: async (...args) => {
      if (!vscode.workspace.isTrusted) {
        tell(log, vscode.l10n.t('Filters are written only in trusted workspaces. Trust this one first.'));
        return;
      }
      const [entry] = await entries(args.slice(0, 1), isInfected);
      if (entry === undefined) {
        void vscode.window.showInformationMessage(
          vscode.l10n.t('There is nothing to filter: scan a model first, and make a filter if a backdoor is found.'),
        );
        return;
      }
      await saveInputFilter(services, uriOf(entry));
    },
    exportReport: async (...args) => {
      const [entry] = await entries(args, isFinished);
      if (entry?.report !== undefined) await exportReport(uriOf(entry), entry.report);
    },
    removeResult: async (...args) => {
      for (const entry of await entries(args, (each) => !isActive(each))) await scans.remove(uriOf(entry));
    },
    showFlaggedOnly: () => {
      tree.flaggedOnly = true;
    },
    showAllLabels: () => {
      tree.flaggedOnly = false;
    },
    showMoreLabels: (uri) => {
      if (typeof uri === 'string') tree.showMore(uri);
    },
    showResults: () => vscode.commands.executeCommand(`${VIEWS.results}.focus`),
    showLog: () => {
      log.show();
    },
    doctor: () => runDoctor(services),
    openSettings: () => vscode.commands.executeCommand('workbench.action.openSettings', `@ext:${EXTENSION_ID}`),
    openWalkthrough: () =>
      vscode.commands.executeCommand('workbench.action.openWalkthrough', `${EXTENSION_ID}#${WALKTHROUGH}`, false),
  };

  const registered = Object.entries(handlers).map(([name, handler]) =>
    vscode.commands.registerCommand(COMMANDS[name as keyof typeof COMMANDS], async (...args: unknown[]) => {
      try {
        await handler(...args);
      } catch (error) {
        showError(log, error);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

/** The models meant by the arguments, else that of the active editor, else what the user chooses. */
async function modelsToScan(args: readonly unknown[]): Promise<readonly vscode.Uri[]> {
  const named = modelsOfArguments(args);
  if (named.length > 0) return named;
  const chosen = await vscode.window.showOpenDialog({
    canSelectMany: true,
    openLabel: vscode.l10n.t('Choose Model'),
    filters: {
      [vscode.l10n.t('Models')]: ['onnx', 'keras', 'h5', 'hdf5', 'pt', 'pth', 'safetensors', 'tflite', 'pb', 'json'],
      [vscode.l10n.t('All files')]: ['*'],
    },
  });
  return chosen ?? [];
}

function labelOf([first, second]: readonly unknown[]): number | undefined {
  if (typeof second === 'number') return second;
  const result = typeof first === 'object' && first !== null && 'result' in first ? first.result : undefined;
  const label = typeof result === 'object' && result !== null && 'label' in result ? result.label : undefined;
  return typeof label === 'number' ? label : undefined;
}

function isActive({ state }: ScanEntry): boolean {
  return state === 'queued' || state === 'preparing' || state === 'running';
}

function isUnfinished({ state }: ScanEntry): boolean {
  return state === 'paused' || state === 'failed';
}

function isFinished({ report }: ScanEntry): boolean {
  return report !== undefined;
}

function hasTriggers({ state, outdated, labels }: ScanEntry): boolean {
  return state === 'done' && outdated !== true && labels.some(({ trigger }) => trigger !== undefined);
}

function isInfected({ state, outdated, report }: ScanEntry): boolean {
  return state === 'done' && outdated !== true && report !== undefined && report.flagged.length > 0;
}
