/** @file The top of the scan panel: the verdict with its reasons, or how far the scan is, and what can be done. */
import { t } from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import { formatDuration, formatNumber, formatPercent } from '../../engine/support/numberText';
import { plainText } from '../../engine/support/plainText';
import type { ScanProgress } from '../../engine/detect/scanJob';
import { engineText } from '../../shared/engineText';
import type { LiveView, PanelAction, ScanView } from '../../shared/panelMessages';
import type { ScanState } from '../../shared/scanEntry';
import { button } from '../controls';
import { verdictIcon, verdictSentence, verdictTitle } from '../words';
import { post } from '../vscodeApi';

export function scanHeader(scan: ScanView, live: LiveView): TemplateResult {
  const { report, state } = scan;
  const done = state === 'done' && report !== undefined;
  return html`<header>
    <div class="headline">
      ${verdictIcon(done ? report.verdict : 'none')}
      <div>
        <h1>${done ? verdictTitle(report.verdict) : stateTitle(state)}</h1>
        <p>${done ? verdictSentence(report) : plainText(scan.name)}</p>
      </div>
    </div>
    ${scan.outdated ? html`<p class="note warning">${t('The file has changed since this scan. Scan it again.')}</p>` : nothing}
    ${
      done
        ? html`<ul class="reasons beside-icon">
            ${report.reasons.map((reason) => html`<li>${plainText(engineText(reason), 600)}</li>`)}
          </ul>`
        : nothing
    }
    ${scan.error === undefined ? nothing : html`<p class="note error" role="alert">${plainText(scan.error, 600)}</p>`}
    ${live.progress && !done ? progressLine(live.progress) : nothing}
    ${
      live.unfinished && !live.progress && !done
        ? html`<p>${t('{0} of {1} labels done', live.unfinished.labelsDone, live.unfinished.labelsTotal)}</p>`
        : nothing
    }
    ${done ? figures(scan) : nothing}
    <div class="toolbar start">${actions(scan)}</div>
  </header>`;
}

function stateTitle(state: ScanState): string {
  switch (state) {
    case 'queued':
      return t('Waiting for another scan');
    case 'preparing':
      return t('Preparing the scan');
    case 'running':
      return t('Scanning');
    case 'paused':
      return t('Scan paused');
    case 'failed':
      return t('Scan failed');
    case 'done':
      return t('No result');
  }
}

function progressLine(progress: ScanProgress): TemplateResult {
  const phases: Record<ScanProgress['phase'], string> = {
    screening: t('Screening'),
    inverting: t('Reversing triggers'),
    verifying: t('Verifying'),
    pairing: t('Asking pairs of labels'),
    comparing: t('Comparing with networks of the samples'),
  };
  const left =
    progress.secondsLeft === undefined ? '' : `, ${t('about {0} left', formatDuration(progress.secondsLeft))}`;
  const counts = [phases[progress.phase], progress.labelsDone, progress.labelsTotal] as const;
  const text = countText(progress.phase, counts);
  return html`<div class="progress">
    <progress
      max=${Math.max(1, progress.total)}
      .value=${progress.done}
      aria-label=${t('Progress of the scan')}
    ></progress>
    <span>${text}${left}</span>
  </div>`;
}

function figures({ report }: ScanView): TemplateResult | typeof nothing {
  if (!report) return nothing;
  const figure = (name: string, value: string): TemplateResult =>
    html`<div>
      <dt>${name}</dt>
      <dd>${value}</dd>
    </div>`;
  return html`<dl class="figures">
    ${figure(t('Largest anomaly index'), report.anomalyIndex === undefined ? '–' : formatNumber(report.anomalyIndex, 2))}
    ${figure(t('Median L1'), report.median === undefined ? '–' : formatNumber(report.median))}
    ${figure(t('Clean accuracy'), formatPercent(report.cleanAccuracy))}
    ${figure(t('Time'), formatDuration(report.seconds))}
  </dl>`;
}

function actions({ state, report }: ScanView): readonly (TemplateResult | typeof nothing)[] {
  const act = (text: string, action: PanelAction, primary = false): TemplateResult =>
    button(
      text,
      () => {
        post({ type: 'action', action });
      },
      { primary },
    );
  const running = state === 'queued' || state === 'preparing' || state === 'running';
  const save = (format: 'json' | 'html'): TemplateResult =>
    button(t('Save as {0}…', format.toUpperCase()), () => {
      post({ type: 'exportReport', format });
    });
  return [
    running ? act(t('Cancel'), 'cancel') : nothing,
    state === 'paused' ? act(t('Resume'), 'resume', true) : nothing,
    !running && report?.verdict === 'infected' ? act(t('Repair…'), 'repair', true) : nothing,
    !running && report?.verdict === 'inconclusive' ? act(t('Repair…'), 'repair') : nothing,
    !running && report?.verdict === 'infected' ? act(t('Save input filter…'), 'saveFilter') : nothing,
    running ? nothing : act(t('Scan again'), 'scan'),
    report && !running ? save('json') : nothing,
    report && !running ? save('html') : nothing,
  ];
}

function countText(phase: ScanProgress['phase'], counts: readonly [string, number, number]): string {
  switch (phase) {
    case 'pairing':
      return t('{0}: {1} of {2} pairs done', ...counts);
    case 'comparing':
      return t('{0}: {1} of {2} networks done', ...counts);
    case 'screening':
    case 'inverting':
    case 'verifying':
      return t('{0}: {1} of {2} labels done', ...counts);
  }
}
