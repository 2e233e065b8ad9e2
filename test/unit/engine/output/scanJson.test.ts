import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../../src/engine/support/errors';
import { jsonReport, parseReport } from '../../../../src/engine/output/scanJson';
import type { ScanReport } from '../../../../src/engine/report/scanReport';
import { hostileReport, inconclusiveReport, infectedReport, pairsReport } from '../../../support/sampleReports';

/** The report with one member changed, as text. */
function changed(change: (report: { labels: { trigger: object }[] }) => void): string {
  const copy = JSON.parse(jsonReport(infectedReport)) as { labels: { trigger: object }[] };
  change(copy);
  return JSON.stringify(copy);
}

describe('JSON report', () => {
  it.each<[string, ScanReport]>([
    ['infected', infectedReport],
    ['inconclusive', inconclusiveReport],
    ['hostile', hostileReport],
    ['pairs', pairsReport],
  ])('reads back what it wrote: %s', (_name, report) => {
    expect(parseReport(jsonReport(report))).toEqual(report);
  });

  it('has the members of the stable contract', () => {
    const data = JSON.parse(jsonReport(infectedReport)) as { labels: Record<string, unknown>[] };
    expect(data).toMatchObject({ version: 1, verdict: 'infected', pValue: 0.0004, flagged: [7], median: 50, mad: 8 });
    for (const member of ['model', 'cleanAccuracy', 'seconds', 'imagePasses', 'settings']) {
      expect(data).toHaveProperty(member);
    }
    for (const member of ['label', 'name', 'l1', 'anomalyIndex', 'pValue', 'attackSuccess', 'flagged']) {
      expect(data.labels[7]).toHaveProperty(member);
    }
  });

  it('accepts members of later versions', () => {
    expect(parseReport(changed((report) => Object.assign(report, { extra: 1 })))).toEqual(infectedReport);
  });

  it.each<[string, string, RegExp]>([
    ['no JSON', '{', /the report is not JSON/],
    ['another version', changed((report) => Object.assign(report, { version: 2 })), /^version: .*version 1/],
    ['a missing member', changed((report) => Object.assign(report, { labels: undefined })), /^labels: /],
    ['a share above 1', changed((report) => Object.assign(report, { cleanAccuracy: 1.5 })), /^cleanAccuracy: /],
    [
      'a trigger of another size',
      changed((report) => Object.assign(report.labels[0]!.trigger, { width: 17 })),
      /^labels\.0\.trigger: .*another size/,
    ],
    [
      'an enormous trigger',
      changed((report) => Object.assign(report.labels[0]!.trigger, { width: 1e9 })),
      /^labels\.0\.trigger/,
    ],
  ])('refuses %s', (_name, text, message) => {
    expect(() => parseReport(text)).toThrow(UsageError);
    expect(() => parseReport(text)).toThrow(message);
  });
});
