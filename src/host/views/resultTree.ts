/** @file The result tree: model → verdict → labels, the most anomalous first. */
import { setImmediate as breathe } from 'node:timers/promises';
import * as vscode from 'vscode';
import { byAnomaly } from '../../engine/output/scanSummary';
import type { LabelResult } from '../../engine/report/scanReport';
import { CONTEXT_KEYS, VIEWS } from '../../shared/contributions';
import type { ScanEntry } from '../../shared/scanEntry';
import { inExplorerOrder } from '../models/explorerOrder';
import type { ScanStore } from '../scan/scanStore';
import { treeItem, type ResultNode } from './resultNodes';
import { labelTooltip, modelTooltip } from './tooltips';
import { triggerIcon } from './triggerPictures';

/** Labels shown at first, and added by "show more". */
const PAGE = 100;
/** Milliseconds between two refreshes. */
const PAUSE = 250;
/** Milliseconds of drawing after which others have their turn. */
const SLICE = 10;

type Node<K extends ResultNode['kind']> = Extract<ResultNode, { kind: K }>;

export class ResultTree implements vscode.TreeDataProvider<ResultNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<ResultNode | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  /** VS Code knows nodes by identity, so the upper ones are made once. */
  readonly #models = new Map<string, { readonly model: Node<'model'>; readonly verdict: Node<'verdict'> }>();
  readonly #shown = new Map<string, number>();
  /** What a model's nodes were drawn from last. */
  readonly #drawn = new Map<string, string>();
  readonly #labelLists = new WeakMap<readonly LabelResult[], number>();
  #listCount = 0;
  readonly #dirty = new Set<string>();
  readonly #subscription: vscode.Disposable;
  #timer: NodeJS.Timeout | undefined;
  #flaggedOnly = false;

  constructor(private readonly store: ScanStore) {
    this.#subscription = store.onDidChange((uri) => {
      this.#dirty.add(uri);
      this.#timer ??= setTimeout(() => {
        this.#flush();
      }, PAUSE);
    });
  }

  /** Creates the view; its title bar and the empty view depend on context keys. */
  createView(): vscode.TreeView<ResultNode> {
    this.#tellContext();
    return vscode.window.createTreeView(VIEWS.results, {
      treeDataProvider: this,
      showCollapseAll: true,
      canSelectMany: true,
    });
  }

  get flaggedOnly(): boolean {
    return this.#flaggedOnly;
  }

  set flaggedOnly(value: boolean) {
    this.#flaggedOnly = value;
    this.#tellContext();
    this.#changed.fire(undefined);
  }

  showMore(uri: string): void {
    this.#shown.set(uri, this.#limit(uri) + PAGE);
    this.#changed.fire(this.#nodes(uri).model);
  }

  /** The node to reveal for a model. */
  modelNode(uri: string): ResultNode {
    return this.#nodes(uri).model;
  }

  async getChildren(node?: ResultNode): Promise<ResultNode[]> {
    if (node === undefined) return this.#modelNodes();
    const entry = this.store.get(node.uri);
    if (entry === undefined) return [];
    if (node.kind === 'model') return [this.#nodes(node.uri).verdict, ...findingsOf(entry)];
    return node.kind === 'verdict' ? this.#labels(entry) : [];
  }

  getTreeItem(node: ResultNode): vscode.TreeItem {
    const entry = this.store.get(node.uri);
    return entry === undefined ? new vscode.TreeItem('') : treeItem(node, entry);
  }

  getParent(node: ResultNode): ResultNode | undefined {
    if (node.kind === 'model') return undefined;
    const { model, verdict } = this.#nodes(node.uri);
    return node.kind === 'label' || node.kind === 'more' ? verdict : model;
  }

  async resolveTreeItem(item: vscode.TreeItem, node: ResultNode): Promise<vscode.TreeItem> {
    const entry = this.store.get(node.uri);
    if (entry === undefined) return item;
    if (node.kind === 'label') item.tooltip = await labelTooltip(node.result, entry);
    if (node.kind === 'model' || node.kind === 'verdict') item.tooltip = modelTooltip(entry);
    return item;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  async #labels(entry: ScanEntry): Promise<ResultNode[]> {
    const sorted = byAnomaly(entry.labels.filter(({ flagged }) => flagged || !this.#flaggedOnly));
    const limit = this.#limit(entry.uri);
    const shown = sorted.filter(({ flagged }, rank) => flagged || rank < limit);
    await drawIcons(shown);
    const nodes = shown.map((result): ResultNode => ({ kind: 'label', uri: entry.uri, result }));
    const hidden = sorted.length - shown.length;
    return hidden === 0 ? nodes : [...nodes, { kind: 'more', uri: entry.uri, hidden }];
  }

  /** As the Explorer shows their files, which is also the order in which those of one batch are scanned. */
  #modelNodes(): ResultNode[] {
    const entries = this.store.all();
    // VS Code has these from here on. Told again to redraw the list while it still fetches what is below, it loses the nodes for good.
    this.#drawn.clear();
    for (const entry of entries) this.#drawn.set(entry.uri, this.#appearance(entry));
    this.#tellContext();
    const uris = entries.map(({ uri }) => uri);
    return inExplorerOrder(uris, (uri) => vscode.Uri.parse(uri)).map((uri) => this.#nodes(uri).model);
  }

  #nodes(uri: string): { readonly model: Node<'model'>; readonly verdict: Node<'verdict'> } {
    const known = this.#models.get(uri) ?? { model: { kind: 'model', uri }, verdict: { kind: 'verdict', uri } };
    this.#models.set(uri, known);
    return known;
  }

  #limit(uri: string): number {
    return this.#shown.get(uri) ?? PAGE;
  }

  /** Redraws the models that look different now; progress within a label does not show here. */
  #flush(): void {
    this.#timer = undefined;
    const changed: string[] = [];
    let listChanged = false;
    for (const uri of this.#dirty) {
      const entry = this.store.get(uri);
      const before = this.#drawn.get(uri);
      if (entry === undefined) {
        this.#drawn.delete(uri);
        this.#models.delete(uri);
        this.#shown.delete(uri);
        listChanged ||= before !== undefined;
        continue;
      }
      const now = this.#appearance(entry);
      if (now === before) continue;
      this.#drawn.set(uri, now);
      if (before === undefined) listChanged = true;
      else changed.push(uri);
    }
    this.#dirty.clear();
    if (listChanged) {
      this.#tellContext();
      this.#changed.fire(undefined);
      return;
    }
    for (const uri of changed) this.#changed.fire(this.#nodes(uri).model);
  }

  #appearance(entry: ScanEntry): string {
    const { state, progress, error, outdated, labels } = entry;
    let list = this.#labelLists.get(labels);
    if (list === undefined) this.#labelLists.set(labels, (list = this.#listCount++));
    return JSON.stringify([state, progress?.labelsDone, progress?.labelsTotal, error, outdated, list]);
  }

  #tellContext(): void {
    void vscode.commands.executeCommand('setContext', CONTEXT_KEYS.hasResults, this.store.all().length > 0);
    void vscode.commands.executeCommand('setContext', CONTEXT_KEYS.flaggedOnly, this.#flaggedOnly);
  }
}

function findingsOf({ uri, report }: ScanEntry): ResultNode[] {
  return (report?.findings ?? []).flatMap((finding, index): ResultNode[] =>
    finding.severity === 'warning' ? [{ kind: 'finding', uri, index, finding }] : [],
  );
}

/** Masks of large images take a while: the host's other work goes on between them. */
async function drawIcons(results: readonly LabelResult[]): Promise<void> {
  let start = performance.now();
  for (const result of results) {
    triggerIcon(result);
    if (performance.now() - start < SLICE) continue;
    await breathe();
    start = performance.now();
  }
}
