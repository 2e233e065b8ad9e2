/** @file The repair panel: curves while it computes, the pruning point, before and after, and whether to save it. */
import { t } from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import { plainText } from '../../engine/support/plainText';
import type { PrunePoint, RepairProgress, RepairReport, RepairRound } from '../../engine/report/repairReport';
import { isRepaired } from '../../engine/output/repairSummary';
import { engineText } from '../../shared/engineText';
import type { HostMessage, PanelAction, RepairState, RepairView } from '../../shared/panelMessages';
import { button, dropdown } from '../controls';
import { findingsList } from '../scan/scanDetails';
import { View } from '../view';
import { verdictTitle } from '../words';
import { post, saveState } from '../vscodeApi';
import { Attempts } from './attempts';
import { BeforeAfter } from './beforeAfter';
import { PruneFigure, UnlearnFigure } from './repairCurves';

export class RepairPanelView extends View {
  #repair: RepairView | undefined;
  /** Index into the pruning curve of the last round; absent: the proposed one. */
  #point: number | undefined;
  /** Index of the round that is shown; absent: the last. */
  #round: number | undefined;
  readonly #prune = new PruneFigure(this.changed);
  readonly #unlearn = new UnlearnFigure(this.changed);
  readonly #attempts = new Attempts(this.changed);
  readonly #beforeAfter = new BeforeAfter(this.changed);

  override receive(message: HostMessage): void {
    if (message.type !== 'repair') return;
    this.#repair = message.repair;
    if (message.repair.state === 'computing') this.#point = this.#round = undefined;
    saveState({ uri: message.repair.uri });
    this.changed();
  }

  protected override template(): TemplateResult {
    const repair = this.#repair;
    if (!repair) return html`<p class="empty">${t('There is no repair of this model.')}</p>`;
    const { report, progress, state } = repair;
    const rounds = report?.rounds ?? progress?.rounds ?? [];
    return html`<header>
        <h1>${stateTitle(repair)}</h1>
        ${repair.error === undefined ? nothing : html`<p class="note error" role="alert">${plainText(repair.error, 600)}</p>`}
        ${state === 'lost' ? html`<p>${t('A repair is held in memory until it is saved, and the window was reloaded. Repaired models that were saved are still there.')}</p>` : nothing}
        ${progress && (state === 'computing' || state === 'saving') ? progressLine(progress) : nothing}
        ${
          report
            ? html`<ul class="reasons">
                ${report.notes.map((note) => html`<li>${plainText(engineText(note), 600)}</li>`)}
              </ul>`
            : nothing
        }
        ${state === 'saved' && !report?.rescan ? html`<p>${t('The repaired model was not scanned again.')}</p>` : nothing}
        ${report?.rescan ? html`<p>${t('Scan of the repaired model: {0}.', verdictTitle(report.rescan.verdict))}</p>` : nothing}
        ${report?.saved ? html`<p class="note">${t('Saved as {0}. The original was not changed.', plainText(report.saved.file))}</p>` : nothing}
        <div class="toolbar start">${this.#actions(repair)}</div>
      </header>
      <div class="charts">
        ${this.#rounds(rounds, state)}
        ${report ? this.#beforeAfter.render(report, repair.labels, this.#otherPoint(report)) : nothing}
        ${report ? findingsList(report.findings) : nothing}
      </div>`;
  }

  #rounds(rounds: readonly RepairRound[], state: RepairState): TemplateResult | typeof nothing {
    const last = rounds.length - 1;
    const at = Math.min(this.#round ?? last, last);
    const round = rounds[at];
    if (!round) return nothing;
    const { prune, unlearn, kept } = round;
    const changeable = at === last && state === 'ready';
    return html`
      ${
        rounds.length > 1
          ? html`<div class="toolbar start">
              ${dropdown(
                t('Round'),
                rounds.map(({ labels }, i) => ({
                  id: String(i),
                  text: t('{0}: labels {1}', i + 1, labels.slice(0, 8).join(', ')),
                })),
                String(at),
                (id) => {
                  this.#round = Number(id);
                  this.changed();
                },
              )}
            </div>`
          : nothing
      }
      ${this.#attempts.render(round)}
      ${
        prune
          ? this.#prune.render(
              prune,
              (at === last ? this.#point : undefined) ?? prune.chosen,
              changeable
                ? (point) => {
                    this.#point = point;
                    this.changed();
                  }
                : undefined,
              this.width,
            )
          : nothing
      }
      ${unlearn && unlearn.length > 0 ? this.#unlearn.render(unlearn, kept, this.width) : nothing}
    `;
  }

  #actions({ state, progress }: RepairView): readonly (TemplateResult | typeof nothing)[] {
    const act = (text: string, action: PanelAction): TemplateResult =>
      button(text, () => {
        post({ type: 'action', action });
      });
    return [
      state === 'computing' ? act(t('Stop'), 'stopRepair') : nothing,
      state === 'saving' && progress?.phase === 'scanning' ? act(t('Skip the scan'), 'stopRepair') : nothing,
      state === 'ready' ? button(t('Save'), this.#save, { primary: true }) : nothing,
      state === 'ready' ? act(t('Discard'), 'discardRepair') : nothing,
      state === 'failed' || state === 'discarded' || state === 'lost' ? act(t('Repair again…'), 'repair') : nothing,
      state === 'saved' ? act(t('Scan of the repaired model'), 'openScan') : nothing,
    ];
  }

  /** Where the user chose another point than the proposed one. */
  #otherPoint({ rounds }: RepairReport): PrunePoint | undefined {
    const prune = rounds.at(-1)?.prune;
    return this.#point === undefined || this.#point === prune?.chosen ? undefined : prune?.points[this.#point];
  }

  readonly #save = (): void => {
    post({ type: 'saveRepair', ...(this.#point !== undefined && { point: this.#point }) });
  };
}

function stateTitle({ name, state, report }: RepairView): string {
  const file = plainText(name, 80);
  switch (state) {
    case 'computing':
      return t('Repairing {0}', file);
    case 'ready':
      if (report && !isRepaired(report)) return t('The repair of {0} is not good enough', file);
      return report?.labels.length === 0 ? t('{0} can be hardened', file) : t('{0} can be repaired', file);
    case 'saving':
      return t('Saving the repaired {0}', file);
    case 'saved':
      return t('{0} is repaired', file);
    case 'discarded':
      return t('The repair of {0} was discarded', file);
    case 'failed':
      return t('{0} was not repaired', file);
    case 'lost':
      return t('The repair of {0} is gone', file);
  }
}

function progressLine({ phase, done, total }: RepairProgress): TemplateResult {
  const phases: Record<RepairProgress['phase'], string> = {
    ranking: t('Ranking neurons'),
    pruning: t('Pruning'),
    unlearning: t('Unlearning'),
    scanning: t('Scanning again'),
    evaluating: t('Evaluating'),
    saving: t('Saving'),
  };
  return html`<div class="progress">
    <progress max=${Math.max(1, total)} .value=${done} aria-label=${t('Progress of the repair')}></progress>
    <span>${t('{0}: {1} of {2}', phases[phase], done, total)}</span>
  </div>`;
}
