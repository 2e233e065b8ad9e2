/** @file Asks for the clean samples of a model: where they are, which part, their labels, and whether they look right. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { SamplesPreview } from '../../engine/inspect/samplesPreview';
import type { EngineClient } from '../../runner/client/client';
import { isCancelled, showError } from '../support/errors';
import { BACK, pickStep } from '../support/quickPick';
import type { SamplesChoice } from './sampleMemory';
import { bundledImages } from './sampleModel';
import { readSettings } from '../support/settings';

export interface SampleSetup {
  readonly choice: SamplesChoice;
  /** One of the samples, as `data:` URI. */
  readonly sample?: string;
}

/** What the set-up needs from the rest of the host. */
export interface SetupServices {
  readonly engine: () => Promise<Pick<EngineClient, 'preview'>>;
  readonly log: vscode.LogOutputChannel;
  readonly extensionUri: vscode.Uri;
  /** Samples used lately. */
  readonly recent: readonly string[];
  /** Shows the grid; resolves with the id of the preprocessing to use, or with `undefined` to leave. */
  readonly showPreview: (preview: SamplesPreview) => Promise<string | undefined>;
}

/** Images in the grid. */
const GRID = 48;
/** Source, part, labels. */
const STEPS = 3;

/** `undefined` when the user leaves. What cannot be read is told, and asked for again. */
export async function askForSamples(model: string, services: SetupServices): Promise<SampleSetup | undefined> {
  for (;;) {
    const choice = await askForSource(model, services);
    if (choice === undefined) return undefined;
    if (choice.data === undefined) return { choice };
    try {
      const setup = await confirm(model, choice, services);
      if (setup !== BACK) return setup;
    } catch (error) {
      if (!isCancelled(error)) showError(services.log, error);
    }
  }
}

interface SourceItem extends vscode.QuickPickItem {
  readonly source?: () => Promise<SamplesChoice | undefined>;
}

async function askForSource(
  model: string,
  { extensionUri, recent }: SetupServices,
): Promise<SamplesChoice | undefined> {
  const bundled = await bundledImages(extensionUri, model);
  const named = (data: string, label: string, description?: string): SourceItem => ({
    label,
    ...(description !== undefined && { description }),
    source: () => Promise.resolve({ data }),
  });
  const separator = (label: string): SourceItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const items: SourceItem[] = [
    ...(bundled === undefined
      ? []
      : [named(bundled, `$(star) ${vscode.l10n.t('The images that come with this sample model')}`)]),
    {
      label: `$(folder-opened) ${vscode.l10n.t('Choose a folder…')}`,
      detail: vscode.l10n.t('Images, best in one folder per class, or with a table of labels'),
      source: async () => samplesAt(await openDialog(model, true)),
    },
    {
      label: `$(file) ${vscode.l10n.t('Choose a file…')}`,
      detail: vscode.l10n.t('.npz, .npy, HDF5, MNIST idx, CIFAR binary, Parquet, or a zip archive of images'),
      source: async () => samplesAt(await openDialog(model, false)),
    },
    {
      label: `$(eye) ${vscode.l10n.t('No images at hand: take a first look without')}`,
      detail: vscode.l10n.t('Images are generated. Shows which labels are suspicious, but gives no verdict'),
      source: () => Promise.resolve({}),
    },
    ...(recent.length === 0 ? [] : [separator(vscode.l10n.t('Recently used'))]),
    ...recent.map((data) => named(data, `$(history) ${path.basename(data)}`, path.dirname(data))),
  ];
  for (;;) {
    const picked = await pickStep({
      title: titleOf(model),
      placeholder: vscode.l10n.t('A few hundred clean images that the model was made for; where are they?'),
      step: 1,
      steps: STEPS,
      items,
    });
    if (picked === undefined || picked === BACK) return undefined;
    const choice = await picked.source?.();
    if (choice !== undefined) return choice;
  }
}

/** Part, labels and looks of the samples. */
async function confirm(
  model: string,
  first: SamplesChoice,
  services: SetupServices,
): Promise<SampleSetup | typeof BACK | undefined> {
  let choice = first;
  let preview = await load(model, choice, services);
  if (preview.splits.length > 1) {
    const split = await askForSplit(model, preview);
    if (split === undefined || split === BACK) return split;
    choice = { ...choice, split };
    if (split !== preview.split) preview = await load(model, choice, services);
  }
  if (preview.images.every(({ label }) => label === undefined)) {
    const labels = await askForLabels(model);
    if (labels === undefined || labels === BACK) return labels;
    if (labels !== '') {
      choice = { ...choice, labels };
      preview = await load(model, choice, services);
    }
  }
  const preprocessing = await services.showPreview(preview);
  if (preprocessing === undefined) return undefined;
  const [sample] = preview.images;
  return { choice: { ...choice, preprocessing }, ...(sample !== undefined && { sample: sample.image }) };
}

async function askForSplit(model: string, preview: SamplesPreview): Promise<string | typeof BACK | undefined> {
  const items = preview.splits.map((label) => ({ label }));
  const active = items.find(({ label }) => label === preview.split);
  const picked = await pickStep({
    title: titleOf(model),
    placeholder: vscode.l10n.t('Which part of the samples? Best is one that the model was not trained on.'),
    step: 2,
    steps: STEPS,
    items,
    ...(active !== undefined && { active }),
  });
  return typeof picked === 'object' ? picked.label : picked;
}

/** A file, or an empty text to go on without labels. */
async function askForLabels(model: string): Promise<string | typeof BACK | undefined> {
  const without = {
    label: vscode.l10n.t('Go on without labels'),
    detail: vscode.l10n.t('The scan works, but nobody can check whether samples and preprocessing fit the model'),
  };
  const file = { label: `$(file) ${vscode.l10n.t('Choose a file with the labels…')}`, detail: '.csv, .npy, idx' };
  for (;;) {
    const picked = await pickStep({
      title: titleOf(model),
      placeholder: vscode.l10n.t('These samples have no labels.'),
      step: 3,
      steps: STEPS,
      items: [file, without],
    });
    if (picked === undefined || picked === BACK) return picked;
    if (picked === without) return '';
    const labels = await openDialog(model, false);
    if (labels !== undefined) return labels;
  }
}

async function load(model: string, choice: SamplesChoice, { engine }: SetupServices): Promise<SamplesPreview> {
  const { runtime, limit } = readSettings(vscode.Uri.file(model));
  const options = {
    location: vscode.ProgressLocation.Notification,
    cancellable: true,
    title: vscode.l10n.t('Reading the samples and trying preprocessings…'),
  };
  return vscode.window.withProgress(options, async (_progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => {
      abort.abort();
    });
    const task = { model, ...choice, runtime, count: GRID, ...(limit !== undefined && { limit }) };
    return (await engine()).preview(task, abort.signal);
  });
}

async function openDialog(model: string, folders: boolean): Promise<string | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: folders,
      canSelectFiles: !folders,
      defaultUri: vscode.Uri.file(path.dirname(model)),
      openLabel: vscode.l10n.t('Use as Samples'),
    })) ?? [];
  return uri?.fsPath;
}

function samplesAt(data: string | undefined): SamplesChoice | undefined {
  return data === undefined ? undefined : { data };
}

function titleOf(model: string): string {
  return vscode.l10n.t('Clean samples for {0}', path.basename(model));
}
