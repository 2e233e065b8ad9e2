/** @file All panels: one scan panel and one repair panel a model, the look at samples, the editor of model files. */
import * as vscode from 'vscode';
import { modelName } from '../models/modelName';
import { MODEL_EDITOR } from '../../shared/contributions';
import { parsePanelState, type RevealTarget } from '../../shared/panelMessages';
import { showError } from '../support/errors';
import type { Services } from '../services';
import { ModelEditorProvider } from './modelEditor';
import { REPAIR_PANEL, RepairPanel } from '../repair/repairPanel';
import { SCAN_PANEL, ScanPanel } from './scanPanel';

type PanelClass<P> = new (panel: vscode.WebviewPanel, uri: vscode.Uri, services: Services) => P;

/** Panels of one type, by the URI of their model. */
class Panels<P> {
  readonly #open = new Map<string, P>();

  constructor(
    private readonly type: string,
    private readonly create: PanelClass<P>,
    private readonly services: Services,
    private readonly title: (name: string) => string,
  ) {
    services.context.subscriptions.push(
      vscode.window.registerWebviewPanelSerializer(type, {
        deserializeWebviewPanel: (panel, state) => {
          const uri = parsePanelState(state)?.uri;
          if (uri === undefined) panel.dispose();
          else this.#adopt(panel, vscode.Uri.parse(uri));
          return Promise.resolve();
        },
      }),
    );
  }

  /** The open one, or a new one. */
  of(uri: vscode.Uri): P {
    const open = this.#open.get(uri.toString());
    if (open !== undefined) return open;
    const title = this.title(modelName(uri));
    return this.#adopt(vscode.window.createWebviewPanel(this.type, title, vscode.ViewColumn.Active), uri);
  }

  #adopt(panel: vscode.WebviewPanel, uri: vscode.Uri): P {
    const key = uri.toString();
    panel.iconPath = vscode.Uri.joinPath(this.services.context.extensionUri, 'media', 'icon.svg');
    const adopted = new this.create(panel, uri, this.services);
    this.#open.set(key, adopted);
    panel.onDidDispose(() => {
      if (this.#open.get(key) === adopted) this.#open.delete(key);
    });
    return adopted;
  }
}

interface AllPanels {
  readonly services: Services;
  readonly scans: Panels<ScanPanel>;
  readonly repairs: Panels<RepairPanel>;
}

let panels: AllPanels | undefined;

/** To be called once, at activation. */
export function registerPanels(context: vscode.ExtensionContext, services: Services): void {
  panels = {
    services,
    scans: new Panels(SCAN_PANEL, ScanPanel, services, (name) => vscode.l10n.t('Scan: {0}', name)),
    repairs: new Panels(REPAIR_PANEL, RepairPanel, services, (name) => vscode.l10n.t('Repair: {0}', name)),
  };
  context.subscriptions.push(
    vscode.window.registerCustomEditorProvider(MODEL_EDITOR, new ModelEditorProvider(services)),
  );
}

/** Shows the scan of a model, with one of its labels or its comparison in sight. */
export function showScanPanel(uri: vscode.Uri, target?: RevealTarget): void {
  registered().scans.of(uri).show(target);
}

/** Starts a repair of a scanned model, or shows the one that is under way. */
export function showRepairPanel(uri: vscode.Uri): void {
  const { repairs, services } = registered();
  repairs
    .of(uri)
    .show()
    .catch((error: unknown) => {
      showError(services.log, error);
    });
}

function registered(): AllPanels {
  if (panels === undefined) throw new Error('Panels are used before they are registered.');
  return panels;
}
