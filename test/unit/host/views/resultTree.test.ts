import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LabelResult } from '../../../../src/engine/report/scanReport';
import { ScanStore } from '../../../../src/host/scan/scanStore';
import { treeItem, type ResultNode } from '../../../../src/host/views/resultNodes';
import { ResultTree } from '../../../../src/host/views/resultTree';
import { COMMANDS, CONTEXT_KEYS } from '../../../../src/shared/contributions';
import type { ScanEntry } from '../../../../src/shared/scanEntry';
import { type MarkdownString, recorded, resetVscode, type Uri } from '../../../support/fakeVscode';
import { infectedReport, labelResult, pairsReport } from '../../../support/sampleReports';

const URI = 'file:///models/net.onnx';
const done: ScanEntry = {
  uri: URI,
  name: 'net.onnx',
  state: 'done',
  labels: infectedReport.labels,
  running: [],
  report: infectedReport,
};

interface Shown {
  readonly label: string;
  readonly description?: string;
  readonly contextValue?: string;
  readonly collapsibleState?: number;
  readonly iconPath?: Uri & { id?: string };
  readonly command?: { command: string; arguments: unknown[] };
  readonly accessibilityInformation?: { label: string };
}

function shown(node: ResultNode, entry: ScanEntry = done): Shown {
  return treeItem(node, entry) as unknown as Shown;
}

async function labelsOf(tree: ResultTree): Promise<ResultNode[]> {
  const [model] = await tree.getChildren();
  return (await tree.getChildren(model)).filter(({ kind }) => kind === 'label' || kind === 'more');
}

/** What is folded together under a name. */
async function groupNamed(tree: ResultTree, name: string, entry: ScanEntry = done): Promise<ResultNode> {
  const [model] = await tree.getChildren();
  const rows = await tree.getChildren(model);
  return rows.find((node) => node.kind === 'group' && shown(node, entry).label === name)!;
}

beforeEach(resetVscode);

describe('the tree of a finished scan', () => {
  it('has the flagged labels right below an infected model, the others in a group, the most anomalous first', async () => {
    const store = new ScanStore();
    store.set(done);
    const tree = new ResultTree(store);
    const [model] = await tree.getChildren();
    expect(shown(model!)).toMatchObject({ label: 'net.onnx', description: 'Infected', contextValue: 'model:infected' });
    const labels = await labelsOf(tree);
    expect(labels).toHaveLength(1);
    const group = await groupNamed(tree, 'Other labels');
    expect(shown(group)).toMatchObject({ description: '11', collapsibleState: 1 });
    const others = await tree.getChildren(group);
    const indices = others.map((node) => (node as { result: LabelResult }).result.anomalyIndex!);
    expect(indices).toEqual(indices.toSorted((a, b) => b - a));
    expect(tree.getParent(others[0]!)).toEqual(group);
    expect(tree.getParent(group)).toBe(model);
    expect(shown(labels[0]!)).toMatchObject({
      label: '7 turn right',
      description: 'flagged · L1 9.2 · index 5.10 · p = 0.0004 · 99.8 %',
      contextValue: 'label:flagged',
      command: { command: COMMANDS.showResult, arguments: [URI, 7] },
      accessibilityInformation: { label: '7 turn right, flagged, L1 9.2 · index 5.10 · p = 0.0004 · 99.8 %' },
    });
    expect(shown(labels[0]!).iconPath!.toString()).toMatch(/^data:image\/png;base64,/);
    expect(tree.getParent(labels[0]!)).toBe(model);
  });

  it('has one row for a clean model, its labels folded', async () => {
    const labels = infectedReport.labels.map((label) => ({ ...label, flagged: false }));
    const clean: ScanEntry = { ...done, labels, report: { ...infectedReport, verdict: 'clean', flagged: [], labels } };
    const store = new ScanStore();
    store.set(clean);
    const tree = new ResultTree(store);
    const [model] = await tree.getChildren();
    expect(shown(model!, clean)).toMatchObject({ description: 'Clean', collapsibleState: 1 });
    const rows = await tree.getChildren(model);
    expect(rows.map(({ kind }) => kind)).toEqual(labels.map(() => 'label'));
    expect(tree.getParent(rows[0]!)).toBe(model);
  });

  it('says of an inconclusive model why', () => {
    const report = { ...infectedReport, verdict: 'inconclusive', reasons: ['There are too few labels.'] } as const;
    expect(shown({ kind: 'model', uri: URI }, { ...done, report }).description).toBe(
      'Inconclusive · There are too few labels.',
    );
  });

  it('has a group of what goes away with a flagged label', async () => {
    const labels = infectedReport.labels.map((label) => (label.label === 3 ? { ...label, explainedBy: 7 } : label));
    const store = new ScanStore();
    store.set({ ...done, labels });
    const tree = new ResultTree(store);
    const group = await groupNamed(tree, 'Also vulnerable');
    const rows = await tree.getChildren(group);
    expect(rows.map((node) => shown(node).label)).toEqual(['Label 3']);
    expect(tree.getParent(rows[0]!)).toEqual(group);
    expect(await tree.getChildren(await groupNamed(tree, 'Other labels'))).toHaveLength(10);
  });

  it('has a group of the pairs that were looked at, the flagged one first', async () => {
    const entry = { ...done, report: pairsReport, labels: pairsReport.labels };
    const store = new ScanStore();
    store.set(entry);
    const tree = new ResultTree(store);
    const group = await groupNamed(tree, 'Pairs of labels', entry);
    expect(shown(group, entry)).toMatchObject({ label: 'Pairs of labels', description: '1 flagged' });
    const pairs = await tree.getChildren(group);
    expect(pairs.map((node) => shown(node, entry).label)).toEqual(['2 → 7 turn right', '1 → 4']);
    expect(shown(pairs[0]!, entry)).toMatchObject({
      description: 'flagged · L1 9.2 · 14.0 % of what is expected',
      command: { command: COMMANDS.showResult, arguments: [URI, 7] },
    });
    expect(shown(pairs[1]!, entry).command).toBeUndefined();
    expect(tree.getParent(pairs[0]!)).toEqual(group);
    const [label] = await labelsOf(tree);
    expect(shown(label!, entry).description).toMatch(/^flagged, for images of label 2 only · /);
  });

  it('shows only flagged labels on demand, and says so to the menus', async () => {
    const store = new ScanStore();
    store.set(done);
    const tree = new ResultTree(store);
    tree.flaggedOnly = true;
    expect(recorded.context.get(CONTEXT_KEYS.flaggedOnly)).toBe(true);
    expect((await labelsOf(tree)).map((node) => shown(node).label)).toEqual(['7 turn right']);
  });

  it('shows the first of 3,000 labels and the flagged ones, and more on demand', async () => {
    const labels = Array.from({ length: 3000 }, (_, label) =>
      labelResult(label, { anomalyIndex: -label / 1000, flagged: label === 2999 }),
    );
    const store = new ScanStore();
    store.set({ ...done, labels });
    const tree = new ResultTree(store);
    expect((await labelsOf(tree)).map((node) => shown(node).contextValue)).toEqual(['label:flagged']);
    const group = await groupNamed(tree, 'Other labels');
    expect(shown(group).description).toBe('2,999');
    const nodes = await tree.getChildren(group);
    expect(nodes).toHaveLength(101);
    expect(shown(nodes.at(-1)!)).toMatchObject({
      label: 'Show more labels (2899 hidden)',
      command: { command: COMMANDS.showMoreLabels, arguments: [URI] },
    });
    expect(tree.getParent(nodes.at(-1)!)).toEqual(group);
    tree.showMore(URI);
    expect(await tree.getChildren(group)).toHaveLength(201);
  });

  it('makes names from the file harmless', async () => {
    const name = '](command:evil) **x** <img src=x>\u202e\n`';
    const labels = [labelResult(0, { name })];
    const store = new ScanStore();
    store.set({ ...done, name, labels });
    const tree = new ResultTree(store);
    const [model] = await tree.getChildren();
    const [node] = await labelsOf(tree);
    for (const each of [model!, node!]) {
      const item = treeItem(each, store.get(URI)!);
      const { tooltip } = (await tree.resolveTreeItem(item, each)) as unknown as { tooltip: MarkdownString };
      expect(tooltip.isTrusted).toBe(false);
      expect(tooltip.value).not.toMatch(/\]\(command|[^\\]<img|[^\\]\*\*x|\u202e/);
    }
  });

  it('draws trigger and effect on a sample in the tooltip, within the limit of VS Code', async () => {
    const store = new ScanStore();
    const sample = `data:image/png;base64,${'A'.repeat(3000)}`;
    store.set({ ...done, sample });
    const tree = new ResultTree(store);
    const [node] = await labelsOf(tree);
    const { tooltip } = (await tree.resolveTreeItem(treeItem(node!, done), node!)) as unknown as {
      tooltip: MarkdownString;
    };
    const pictures = [...tooltip.value.matchAll(/!\[[\w ]+\]\(data:image\/svg\+xml;base64,([^|]+)\|/g)];
    expect(pictures).toHaveLength(3);
    for (const [, markup] of pictures) {
      // Blurred pixels would hide how small a trigger is.
      expect(Buffer.from(markup!, 'base64').toString()).toContain('image-rendering:pixelated');
    }
    const [, svg] = /!\[Trigger on a sample\]\(data:image\/svg\+xml;base64,([^|]+)\|/.exec(tooltip.value)!;
    expect(atob(svg!)).toContain(sample);
    expect(tooltip.value).toContain('sign of a backdoor');
    expect(tooltip.value.length).toBeLessThan(100_000);
  });
});

describe('states of their own', () => {
  const counts = { labelsDone: 3, labelsTotal: 43 };
  const progress = { ...counts, phase: 'inverting', done: 1, total: 2, current: [] } as const;
  it.each<[string, Partial<ScanEntry>, string, string]>([
    ['queued', { state: 'queued' }, 'Waiting', 'model:queued'],
    ['preparing', { state: 'preparing' }, 'Reading model and samples', 'model:preparing'],
    ['running', { state: 'running', progress }, 'Running 3/43', 'model:running'],
    ['paused', { state: 'paused', progress }, 'Paused 3/43 · Resume to go on', 'model:paused'],
    [
      'paused in an earlier window',
      { state: 'paused', unfinished: counts },
      'Paused 3/43 · Resume to go on',
      'model:paused',
    ],
    ['failed', { state: 'failed', error: 'The file is empty.' }, 'Not scanned · The file is empty.', 'model:failed'],
    ['clean', { report: { ...infectedReport, verdict: 'clean' } }, 'Clean', 'model:clean'],
    [
      'inconclusive',
      { report: { ...infectedReport, verdict: 'inconclusive' } },
      `Inconclusive · ${infectedReport.reasons[0]}`,
      'model:inconclusive',
    ],
    ['outdated', { outdated: true }, 'Outdated: the file has changed', 'model:outdated'],
  ])('%s', (_name, change, words, contextValue) => {
    const entry = { ...done, ...change };
    expect(shown({ kind: 'model', uri: URI }, entry)).toMatchObject({
      description: words,
      contextValue,
      accessibilityInformation: { label: `net.onnx: ${words.replace(' · ', '. ')}` },
    });
  });

  it.each<[LabelResult['state'], string]>([
    ['not-reached', 'no trigger found'],
    ['screened', 'dismissed by screening'],
    ['not-scanned', 'not scanned'],
  ])('label %s', (state, words) => {
    const result: LabelResult = { label: 1, state, l1PerSeed: [], flagged: false, curve: [] };
    const item = shown({ kind: 'label', uri: URI, result });
    expect(item.description).toBe(words);
    expect(item.iconPath!.id).toBe('circle-slash');
  });
});

describe('refreshes', () => {
  let store: ScanStore;
  let tree: ResultTree;
  let fired: unknown[];

  beforeEach(() => {
    vi.useFakeTimers();
    store = new ScanStore();
    tree = new ResultTree(store);
    fired = [];
    tree.onDidChangeTreeData((node) => fired.push(node));
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('are gathered, meant for one model, and only made when something shows', async () => {
    const running: ScanEntry = { uri: URI, name: 'net.onnx', state: 'running', labels: [], running: [] };
    store.set(running);
    vi.advanceTimersByTime(1000);
    expect(fired).toEqual([undefined]);
    for (let i = 0; i < 100; i++) store.set({ ...running, labels: [labelResult(i)] });
    vi.advanceTimersByTime(1000);
    expect(fired.slice(1)).toEqual([{ kind: 'model', uri: URI }]);
    expect(fired[1]).toBe((await tree.getChildren())[0]);
    const current = store.get(URI)!;
    for (let i = 0; i < 100; i++) store.set({ ...current, running: [{ label: i, curve: [] }] });
    vi.advanceTimersByTime(1000);
    expect(fired).toHaveLength(2);
    store.remove(URI);
    vi.advanceTimersByTime(1000);
    expect(fired.at(-1)).toBeUndefined();
    expect(recorded.context.get(CONTEXT_KEYS.hasResults)).toBe(false);
  });

  it('are not made of a list that was asked for meanwhile', async () => {
    store.set({ uri: URI, name: 'net.onnx', state: 'paused', labels: [], running: [] });
    const [model] = await tree.getChildren();
    expect(recorded.context.get(CONTEXT_KEYS.hasResults)).toBe(true);
    vi.advanceTimersByTime(1000);
    expect(fired).toEqual([]);
    store.set(done);
    vi.advanceTimersByTime(1000);
    expect(fired).toEqual([model]);
    store.remove(URI);
    expect(await tree.getChildren()).toEqual([]);
    expect(recorded.context.get(CONTEXT_KEYS.hasResults)).toBe(false);
    vi.advanceTimersByTime(1000);
    expect(fired).toEqual([model]);
  });
});
