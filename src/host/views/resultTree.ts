/** @file The result tree: a row for each model with its verdict, below it the flagged labels, and the others in groups; the most anomalous first. */
import { setImmediate as breathe } from 'node:timers/promises';
import * as vscode from 'vscode';
import { byAnomaly, flaggedFirst } from '../../engine/output/scanSummary';
import type { LabelResult } from '../../engine/report/scanReport';
import { CONTEXT_KEYS, VIEWS } from '../../shared/contributions';
import type { ScanEntry } from '../../shared/scanEntry';
import { inExplorerOrder } from '../models/explorerOrder';
import type { ScanStore } from '../scan/scanStore';
import { type Group, treeItem, type ResultNode } from './resultNodes';
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
  readonly #models = new Map<string, Node<'model'>>();
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
    this.#changed.fire(this.#modelNode(uri));
  }

  #modelNode(uri: string): Node<'model'> {
    const known: Node<'model'> = this.#models.get(uri) ?? { kind: 'model', uri };
    this.#models.set(uri, known);
    return known;
  }

  async getChildren(node?: ResultNode): Promise<ResultNode[]> {
    if (node === undefined) return this.#modelNodes();
    const entry = this.store.get(node.uri);
    if (entry === undefined) return [];
    if (node.kind === 'model') return this.#belowModel(entry);
    if (node.kind !== 'group') return [];
    switch (node.group) {
      case 'pairs':
        return pairNodes(entry);
      case 'vulnerable':
        return this.#labels(entry.uri, parts(entry).vulnerable);
      case 'labels':
        return this.#labels(entry.uri, parts(entry).others);
    }
  }

  getTreeItem(node: ResultNode): vscode.TreeItem {
    const entry = this.store.get(node.uri);
    return entry === undefined ? new vscode.TreeItem('') : treeItem(node, entry);
  }

  getParent(node: ResultNode): ResultNode | undefined {
    const entry = this.store.get(node.uri);
    if (node.kind === 'model' || entry === undefined) return undefined;
    const all = parts(entry);
    const group = groupsOf(entry, all).find((one) => one.group === groupOf(node, all));
    return group ?? this.#modelNode(node.uri);
  }

  async resolveTreeItem(item: vscode.TreeItem, node: ResultNode): Promise<vscode.TreeItem> {
    const entry = this.store.get(node.uri);
    if (entry === undefined) return item;
    if (node.kind === 'label') item.tooltip = await labelTooltip(node.result, entry);
    if (node.kind === 'model') item.tooltip = modelTooltip(entry);
    return item;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  async #belowModel(entry: ScanEntry): Promise<ResultNode[]> {
    const all = parts(entry);
    const groups = this.#flaggedOnly ? [] : groupsOf(entry, all);
    const labels = await this.#labels(entry.uri, this.#flaggedOnly ? all.flagged : all.open);
    return [...labels, ...groups, ...findingsOf(entry)];
  }

  async #labels(uri: string, sorted: readonly LabelResult[]): Promise<ResultNode[]> {
    const limit = this.#limit(uri);
    const shown = sorted.filter(({ flagged }, rank) => flagged || rank < limit);
    await drawIcons(shown);
    const nodes = shown.map((result): ResultNode => ({ kind: 'label', uri, result }));
    const hidden = sorted.length - shown.length;
    return hidden === 0 ? nodes : [...nodes, { kind: 'more', uri, hidden }];
  }

  /** As the Explorer shows their files, which is also the order in which those of one batch are scanned. */
  #modelNodes(): ResultNode[] {
    const entries = this.store.all();
    // VS Code has these from here on. Told again to redraw the list while it still fetches what is below, it loses the nodes for good.
    this.#drawn.clear();
    for (const entry of entries) this.#drawn.set(entry.uri, this.#appearance(entry));
    this.#tellContext();
    const uris = entries.map(({ uri }) => uri);
    return inExplorerOrder(uris, (uri) => vscode.Uri.parse(uri)).map((uri) => this.#modelNode(uri));
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
    for (const uri of changed) this.#changed.fire(this.#modelNode(uri));
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

/** The labels of a model, the most anomalous first in each part. */
interface Parts {
  readonly flagged: readonly LabelResult[];
  /** Beside flagged ones: what goes away with them, and the rest. */
  readonly vulnerable: readonly LabelResult[];
  readonly others: readonly LabelResult[];
  /** Those that stand right below the model: flagged ones, or all where none is. */
  readonly open: readonly LabelResult[];
}

function parts({ labels }: ScanEntry): Parts {
  const sorted = byAnomaly(labels);
  const flagged = sorted.filter((result) => result.flagged);
  if (flagged.length === 0) return { flagged, vulnerable: [], others: [], open: sorted };
  const isVulnerable = ({ flagged: own, explainedBy }: LabelResult): boolean => !own && explainedBy !== undefined;
  return {
    ...{ flagged, open: flagged, vulnerable: sorted.filter(isVulnerable) },
    others: sorted.filter((result) => !result.flagged && !isVulnerable(result)),
  };
}

function groupsOf({ uri, report }: ScanEntry, { vulnerable, others }: Parts): Node<'group'>[] {
  const counts: readonly (readonly [Group, number])[] = [
    ['vulnerable', vulnerable.length],
    ['pairs', (report?.pairs ?? []).length],
    ['labels', others.length],
  ];
  return counts.flatMap(([group, count]) => (count === 0 ? [] : [{ kind: 'group', uri, group, count }]));
}

/** The group in which a row stands; none where it stands right below the model. */
function groupOf(node: ResultNode, { vulnerable, others }: Parts): Group | undefined {
  if (node.kind === 'pair') return 'pairs';
  if (node.kind === 'more') return others.length > 0 ? 'labels' : undefined;
  if (node.kind !== 'label') return undefined;
  return vulnerable.includes(node.result) ? 'vulnerable' : others.includes(node.result) ? 'labels' : undefined;
}

function pairNodes({ uri, report }: ScanEntry): ResultNode[] {
  return flaggedFirst(report?.pairs ?? []).map((pair) => ({ kind: 'pair', uri, pair }));
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
