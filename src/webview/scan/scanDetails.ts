/** @file What was scanned and how: model, samples, settings and findings about the file. */
import { t } from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import { formatDuration, formatNumber, formatPercent } from '../../engine/support/numberText';
import { plainText } from '../../engine/support/plainText';
import type { ReportFinding } from '../../engine/report/scanReport';
import { engineText } from '../../shared/engineText';
import type { ReportView } from '../../shared/panelMessages';

export function scanDetails(report: ReportView | undefined): TemplateResult {
  if (!report) return html`<p class="empty">${t('The scan is not finished yet.')}</p>`;
  const { model, samples, settings } = report;
  const { channels, height, width } = model.input;
  return html`<div class="details">
    ${definitions(t('Model'), [
      [t('File'), model.file],
      [t('Format'), model.format],
      [t('Input'), `${channels} × ${height} × ${width}`],
      [t('Classes'), formatNumber(model.classes)],
      ['SHA-256', model.sha256],
    ])}
    ${definitions(t('Samples'), [
      [t('Source'), engineText(samples.source)],
      [t('Images'), formatNumber(samples.count)],
      [t('Preprocessing'), engineText(samples.preprocessing)],
      [t('Clean accuracy'), formatPercent(report.cleanAccuracy)],
    ])}
    ${definitions(t('Settings'), [
      [t('Preset'), settings.preset],
      [t('Inverted to the end'), settings.scheme === 'race' ? t('suspects only') : t('every label')],
      [t('Seeds'), String(settings.seeds)],
      [t('Updates per label'), formatNumber(settings.updates)],
      [t('Images per update'), String(settings.batchSize)],
      [t('Success a trigger must reach'), formatPercent(settings.successThreshold)],
      [t('Largest p-value of an infected model'), String(settings.pThreshold)],
      [t('Computed by'), report.runtime],
      [t('Time'), formatDuration(report.seconds)],
      [t('Image passes'), formatNumber(report.imagePasses)],
    ])}
    ${findingsList(report.findings)}
  </div>`;
}

export function findingsList(findings: readonly ReportFinding[]): TemplateResult | typeof nothing {
  if (findings.length === 0) return nothing;
  return html`<section>
    <h3>${t('Findings about the file')}</h3>
    <ul class="findings">
      ${findings.map(
        ({ severity, place, message }) =>
          html`<li>
            <strong>${severity === 'warning' ? t('Warning') : t('Note')}</strong>
            ${place === undefined ? nothing : html`<code>${plainText(engineText(place), 120)}</code>`}
            ${plainText(engineText(message), 600)}
          </li>`,
      )}
    </ul>
  </section>`;
}

export function definitions(title: string, entries: readonly (readonly [string, string])[]): TemplateResult {
  return html`<section>
    <h3>${title}</h3>
    <dl class="definitions">
      ${entries.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${plainText(value, 300)}</dd>
          </div>`,
      )}
    </dl>
  </section>`;
}
