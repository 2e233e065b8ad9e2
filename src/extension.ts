/** @file Entry of the VS Code extension: wiring only. What is heavy is loaded when it is first needed. */
import * as vscode from 'vscode';
import { CodeLenses } from './host/code/codeLenses';
import { InfectedInCode } from './host/code/infectedInCode';
import { TriggersAtNames } from './host/code/triggersAtNames';
import { registerCommands } from './host/commands';
import { EngineProcess } from './host/support/engineProcess';
import { FileBadges } from './host/views/fileBadges';
import { createLog } from './host/support/log';
import { ModelContext } from './host/models/modelContext';
import { ModelWatcher } from './host/scan/modelWatcher';
import { openFlaggedModels } from './host/results/openFlagged';
import { registerPanels } from './host/panels';
import { Problems } from './host/results/problems';
import { takeResultLinks } from './host/results/resultLink';
import { ResultStorage } from './host/scan/resultStorage';
import { SampleMemory } from './host/samples/sampleMemory';
import { ScanController } from './host/scan/scanController';
import { ScanStore } from './host/scan/scanStore';
import type { Services } from './host/services';
import { StatusBar } from './host/views/statusBar';
import { ResultTree } from './host/views/resultTree';
import { configureEngineText } from './shared/engineText';

/** What it returns is for the tests inside the editor alone. */
export function activate(context: vscode.ExtensionContext): Services {
  configureEngineText(vscode.l10n.bundle);
  const log = createLog();
  const store = new ScanStore();
  const engineProcess = new EngineProcess(context.extensionUri, log);
  const engine = (): ReturnType<EngineProcess['client']> => engineProcess.client();
  // Without a folder there is no storage of a workspace.
  const storage = context.storageUri ?? context.globalStorageUri;
  const folder = (name: string): string => vscode.Uri.joinPath(storage, name).fsPath;
  const scans = new ScanController(store, new ResultStorage(folder('results')), engine, log, folder('checkpoints'));
  const samples = new SampleMemory(context, log);
  const services: Services = { context, log, store, engine, scans, samples };
  const tree = new ResultTree(store);
  const models = new ModelContext();

  context.subscriptions.push(
    log,
    store,
    engineProcess,
    scans,
    tree,
    tree.createView(),
    models,
    new ModelWatcher(store, scans),
    new Problems(store),
    new CodeLenses(store),
    new InfectedInCode(store, scans),
    new TriggersAtNames(store),
    new FileBadges(store),
    new StatusBar(store),
    openFlaggedModels(store, log),
    takeResultLinks(),
    registerCommands(services, tree),
  );
  registerPanels(context, services);
  const report = (error: unknown): void => {
    log.error(error instanceof Error ? error : String(error));
  };
  scans.restore().catch(report);
  models.start().catch(report);
  return services;
}
