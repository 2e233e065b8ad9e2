/** @file The repair panel's side of the host: asks for the method, shows the run, saves or discards it. */
import * as vscode from 'vscode';
import { modelName } from '../models/modelName';
import type { RepairMethod } from '../../engine/report/repairReport';
import { COMMANDS } from '../../shared/contributions';
import type { PanelMessage } from '../../shared/panelMessages';
import type { Services } from '../services';
import { runScans } from '../scan/startScans';
import { PanelConnection, type PanelOwner } from '../panels/connection';
import { RepairRun } from './repairRun';
import { Throttle } from '../panels/throttle';

export const REPAIR_PANEL = 'neuralCleanse.repairPanel';

const INTERVAL = 200;

export class RepairPanel implements PanelOwner {
  readonly #connection: PanelConnection;
  readonly #throttle: Throttle;
  #run: RepairRun | undefined;
  /** VS Code brought the panel back after a reload; the repair it showed is gone with the engine process. */
  #restored = true;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly uri: vscode.Uri,
    private readonly services: Services,
  ) {
    this.#throttle = new Throttle(
      () => {
        this.#update();
      },
      () => INTERVAL,
    );
    const changes = services.store.onDidChange((key) => {
      if (key === this.#run?.saved?.toString()) this.#throttle.request();
    });
    panel.onDidDispose(() => {
      changes.dispose();
      this.#throttle.dispose();
      this.#run?.dispose();
    });
    this.#connection = new PanelConnection(panel.webview, 'repair', services, this);
  }

  /** Brings the panel to the front; a repair that is over makes room for a new one. */
  async show(): Promise<void> {
    this.panel.reveal(undefined, false);
    const state = this.#run?.view.state;
    if (state === 'computing' || state === 'ready' || state === 'saving') return;
    const report = this.services.store.get(this.uri.toString())?.report;
    if (report === undefined) return;
    this.#restored = false;
    const method = await askForMethod(report.flagged.length > 0);
    if (method === undefined) {
      if (this.#run === undefined) this.panel.dispose();
      return;
    }
    this.#run?.dispose();
    const run = new RepairRun(this.uri, report, this.services);
    this.#run = run;
    run.onDidChange(() => {
      this.#throttle.request();
    });
    this.#update();
    await run.start(method);
  }

  onReady(): void {
    this.#update();
  }

  async onMessage(message: PanelMessage): Promise<void> {
    if (message.type === 'saveRepair') await this.#run?.save(message.point);
    if (message.type !== 'action') return;
    if (message.action === 'stopRepair') this.#run?.stop();
    if (message.action === 'discardRepair') await this.#run?.discard();
    if (message.action === 'repair') await vscode.commands.executeCommand(COMMANDS.repair, this.uri);
    if (message.action === 'openScan') await this.#showScan();
  }

  /** Shows the scan of the saved copy beside that of the original; where it was stopped, scans the copy first. */
  async #showScan(): Promise<void> {
    const { store, scans } = this.services;
    const saved = this.#run?.saved;
    const order = scans.orderOf(this.uri);
    if (saved === undefined || order === undefined) return;
    const isScanned = (): boolean => {
      const entry = store.get(saved.toString());
      return entry?.report !== undefined && entry.outdated !== true;
    };
    if (!isScanned() && !scans.isActive(saved)) {
      await runScans(this.services, [{ ...order, uri: saved, repairedFrom: this.uri.toString() }]);
      if (!isScanned()) return;
    }
    await vscode.commands.executeCommand(COMMANDS.showResult, saved);
  }

  #update(): void {
    const uri = this.uri.toString();
    if (this.#run) this.#connection.post({ type: 'repair', repair: this.#run.view });
    else if (this.#restored) {
      const name = modelName(this.uri);
      this.#connection.post({ type: 'repair', repair: { uri, name, state: 'lost', labels: [] } });
    }
  }
}

/** `flagged`: whether there is a trigger to work against. */
async function askForMethod(flagged: boolean): Promise<RepairMethod | undefined> {
  const needsNone: MethodItem[] = [
    {
      label: vscode.l10n.t('Adversarial unlearning (I-BAU)'),
      detail: vscode.l10n.t('Trains the model to hold against the strongest perturbations. Needs no trigger.'),
      method: 'i-bau',
    },
    {
      label: vscode.l10n.t('Adversarial neuron pruning (ANP)'),
      detail: vscode.l10n.t('Switches off the neurons that an adversary would use. Needs no trigger.'),
      method: 'anp',
    },
  ];
  const items: MethodItem[] = [
    {
      label: vscode.l10n.t('Automatic'),
      detail: vscode.l10n.t('Tries the methods in the order of their cost and keeps the first that is good enough.'),
      method: 'auto',
    },
    {
      label: vscode.l10n.t('Unlearn'),
      detail: vscode.l10n.t('Trains the model for a short time to ignore the trigger. The most thorough way.'),
      method: 'unlearn',
    },
    {
      label: vscode.l10n.t('Prune'),
      detail: vscode.l10n.t('Switches off the neurons that the trigger drives. Fast, and you choose how many.'),
      method: 'prune',
    },
    ...needsNone,
    {
      label: vscode.l10n.t('Fine-prune'),
      detail: vscode.l10n.t('Switches off neurons that clean images do not use, then trains. For comparison.'),
      method: 'fine-prune',
    },
  ];
  const placeHolder = flagged
    ? vscode.l10n.t('How shall the model be repaired? The original is not changed.')
    : vscode.l10n.t('No label is flagged. How shall the model be hardened all the same? The original is not changed.');
  return (await vscode.window.showQuickPick(flagged ? items : needsNone, { placeHolder }))?.method;
}

interface MethodItem extends vscode.QuickPickItem {
  readonly method: RepairMethod;
}
