/** @file Which clean samples belong to a model: the user's last answer, in a file beside the model or in the workspace's memory. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { nodeFiles } from '../../runner/files/nodeFiles';
import { readSettings } from '../support/settings';

/** An answer to "which clean samples?"; absolute paths of this machine. */
export interface SamplesChoice {
  /** Absent: there are none at hand, and a first look is taken without. */
  readonly data?: string;
  readonly labels?: string;
  readonly split?: string;
  /** Id of a preprocessing. */
  readonly preprocessing?: string;
}

export type KnownSamples = SamplesChoice & { readonly data: string };

const CHOICES = 'neuralCleanse.samples';
const RECENT = 'neuralCleanse.recentSamples';
const MAX_RECENT = 8;

export class SampleMemory {
  readonly #state: vscode.Memento;
  readonly #extension: string;
  /** The workspace said once that nothing can be written beside its models. */
  #toldReadOnly = false;

  constructor(
    context: Pick<vscode.ExtensionContext, 'workspaceState' | 'extensionUri'>,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.#state = context.workspaceState;
    this.#extension = context.extensionUri.fsPath;
  }

  /** What the user answered for this model; the sidecar beside it wins, for it can be edited. */
  async recall(model: string): Promise<SamplesChoice | undefined> {
    const { readSidecar, resolveBeside } = await import('../../engine/samples/sidecar');
    const sidecar = await readSidecar(nodeFiles, model);
    const saved = this.#choices()[model];
    const samples = sidecar?.samples;
    if (samples === undefined) return saved;
    const preprocessing = sidecar?.preprocessing?.id;
    return {
      data: resolveBeside(nodeFiles, model, samples.path),
      ...(samples.labels !== undefined && { labels: resolveBeside(nodeFiles, model, samples.labels) }),
      ...(samples.split !== undefined && { split: samples.split }),
      // The engine reads a preprocessing of the sidecar itself; it need not be one of the usual ones.
      ...(preprocessing === undefined && saved?.preprocessing !== undefined && { preprocessing: saved.preprocessing }),
    };
  }

  /** Keeps the answer, beside the model where that is wanted and possible. */
  async remember(model: string, choice: KnownSamples): Promise<void> {
    await this.#state.update(CHOICES, { ...this.#choices(), [model]: choice });
    await this.#state.update(
      RECENT,
      [choice.data, ...this.recent().filter((data) => data !== choice.data)].slice(0, MAX_RECENT),
    );
    if (!vscode.workspace.isTrusted) return;
    if (readSettings(vscode.Uri.file(model)).rememberSamples !== 'besideModel') return;
    if (choice.data.startsWith(this.#extension)) return;
    try {
      await writeBeside(model, choice);
    } catch (error) {
      this.#tellReadOnly(model, error);
    }
  }

  /** Samples used lately in this workspace, the last first. */
  recent(): readonly string[] {
    return this.#state.get<string[]>(RECENT, []);
  }

  #choices(): Readonly<Record<string, SamplesChoice>> {
    return this.#state.get<Record<string, SamplesChoice>>(CHOICES, {});
  }

  #tellReadOnly(model: string, error: unknown): void {
    this.log.warn(`The samples of ${model} are remembered in the workspace only: ${String(error)}`);
    if (this.#toldReadOnly) return;
    this.#toldReadOnly = true;
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'The folder of {0} cannot be written to, so your choice of samples is remembered in this workspace only. The scan goes on.',
        path.basename(model),
      ),
    );
  }
}

/** Changes only what the choice says; class names and the like stay. Does nothing where no relative path leads to the samples. */
async function writeBeside(model: string, { data, labels, split, preprocessing }: KnownSamples): Promise<void> {
  const [{ readSidecar, sidecarPath, sidecarText }, { usualPreprocessings }, { atomicWrite }] = await Promise.all([
    import('../../engine/samples/sidecar'),
    import('../../engine/samples/preprocessing/preprocessing'),
    import('../../runner/files/atomicWrite'),
  ]);
  const relative = (target: string): string | undefined => {
    const way = path.relative(path.dirname(model), target);
    return path.isAbsolute(way) ? undefined : way === '' ? '.' : way.split(path.sep).join('/');
  };
  const place = relative(data);
  const table = labels === undefined ? undefined : relative(labels);
  if (place === undefined || (labels !== undefined && table === undefined)) return;
  const before = await readSidecar(nodeFiles, model);
  const known = [1, 3, 4].flatMap((channels) => usualPreprocessings(channels));
  const fitted = preprocessing === undefined ? before?.preprocessing : known.find(({ id }) => id === preprocessing);
  const text = sidecarText({
    version: 1,
    ...(before?.classNames !== undefined && { classNames: before.classNames }),
    samples: { path: place, ...(table !== undefined && { labels: table }), ...(split !== undefined && { split }) },
    ...(fitted !== undefined && { preprocessing: { ...fitted, scale: [...fitted.scale], offset: [...fitted.offset] } }),
  });
  await atomicWrite(sidecarPath(nodeFiles, model), text);
}
