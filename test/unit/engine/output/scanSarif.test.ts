import type { Log } from 'sarif';
import { describe, expect, it } from 'vitest';
import { sarifReport } from '../../../../src/engine/output/scanSarif';
import type { ScanReport } from '../../../../src/engine/report/scanReport';
import {
  cleanReport,
  hostileReport,
  inconclusiveReport,
  infectedReport,
  pairsReport,
} from '../../../support/sampleReports';

function runOf(report: ScanReport, modelPath = 'models/signs.onnx') {
  const log = JSON.parse(sarifReport(report, { modelPath, toolVersion: '1.2.3' })) as Log;
  expect(log.version).toBe('2.1.0');
  expect(log.runs).toHaveLength(1);
  return log.runs[0]!;
}

describe('SARIF report', () => {
  it('has one error per flagged label', () => {
    const { results, tool } = runOf(infectedReport);
    expect(results).toHaveLength(1);
    expect(results![0]).toMatchObject({ ruleId: 'NC001', level: 'error', properties: { label: 7 } });
    expect(results![0]!.message.text).toBe(
      'Backdoor to label 7 "turn right": trigger of 9.2 pixels (median 50.0), anomaly index 5.10, p = 0.0004, attack success 99.8 %.',
    );
    expect(tool.driver).toMatchObject({ name: 'Neural Cleanse', semanticVersion: '1.2.3' });
  });

  it('says which images obey a source-specific backdoor', () => {
    const [result] = runOf(pairsReport).results!;
    expect(result!.message.text).toMatch(/, obeyed by images of label 2 only\.$/);
    expect(result!.properties).toEqual({ label: 7, sourceLabel: 2 });
  });

  it.each<[string, ScanReport]>([
    ['infected', infectedReport],
    ['inconclusive', inconclusiveReport],
    ['hostile', hostileReport],
  ])('gives every result what code-scanning services need: %s', (_name, report) => {
    const { results, tool } = runOf(report);
    expect(results!.length).toBeGreaterThan(0);
    for (const result of results!) {
      expect(result.message.text).toBeTruthy();
      expect(tool.driver.rules![result.ruleIndex!]!.id).toBe(result.ruleId);
      expect(Object.keys(result.partialFingerprints!)).toHaveLength(1);
      const { artifactLocation, region } = result.locations![0]!.physicalLocation!;
      expect(artifactLocation!.uri).not.toMatch(/^[a-z]+:|^\/|^\.\./);
      expect(region).toMatchObject({ startLine: 1 });
    }
    for (const rule of tool.driver.rules!) {
      expect(rule.shortDescription!.text).toBeTruthy();
      expect(rule.help!.text).toBeTruthy();
    }
  });

  it('has a note for an inconclusive scan and nothing for a clean one', () => {
    const { results } = runOf(inconclusiveReport);
    expect(results).toHaveLength(1);
    expect(results![0]).toMatchObject({ ruleId: 'NC002', level: 'note' });
    expect(results![0]!.message.text).toContain('No label reached the success rate.');
    expect(runOf(cleanReport).results).toEqual([]);
  });

  it('only warns of labels that an inconclusive scan flagged', () => {
    const { results } = runOf({ ...infectedReport, verdict: 'inconclusive' });
    expect(results!.map(({ ruleId, level }) => [ruleId, level])).toEqual([
      ['NC001', 'warning'],
      ['NC002', 'note'],
    ]);
    expect(results![0]!.message.text).toMatch(/^Suspiciously small trigger for label 7/);
  });

  it('reports what was seen in the file as notifications', () => {
    expect(runOf(infectedReport).invocations![0]!.toolExecutionNotifications).toEqual([
      { level: 'note', message: { text: 'conv1: The layer has an unused bias.' } },
    ]);
  });

  it('encodes the path', () => {
    const { results } = runOf(infectedReport, 'my models/50%#1?.onnx');
    expect(results![0]!.locations![0]!.physicalLocation!.artifactLocation!.uri).toBe('my%20models/50%25%231%3F.onnx');
  });

  it('keeps names from becoming links or control characters', () => {
    const labels = infectedReport.labels.map((label) => ({ ...label, name: '[here](https://example.com)\u{1b}' }));
    const text = runOf({ ...infectedReport, labels }).results![0]!.message.text!;
    expect(text).toContain('[here] (https://example.com)\u{fffd}');
  });
});
