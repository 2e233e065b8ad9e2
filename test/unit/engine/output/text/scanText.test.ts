import { describe, expect, it } from 'vitest';
import { textReport } from '../../../../../src/engine/output/text/scanText';
import {
  cleanReport,
  hostileReport,
  inconclusiveReport,
  infectedReport,
  labelResult,
  pairsReport,
} from '../../../../support/sampleReports';

const PLAIN = { colours: false };

describe('text report', () => {
  it.each([
    ['infected', infectedReport],
    ['clean', cleanReport],
    ['inconclusive', inconclusiveReport],
    ['pairs', pairsReport],
  ])('%s', async (name, report) => {
    await expect(textReport(report, PLAIN)).toMatchFileSnapshot(`../../../../golden/${name}.txt`);
  });

  it('colours and draws on terminals', async () => {
    await expect(textReport(infectedReport, { colours: true })).toMatchFileSnapshot(
      '../../../../golden/infected.ansi.txt',
    );
  });

  it('begins with the verdict', () => {
    expect(textReport(infectedReport, PLAIN)).toMatch(
      /^INFECTED: signs\.onnx hides a backdoor to label 7 "turn right", p = 0\.0004\.\n/,
    );
    expect(textReport(inconclusiveReport, PLAIN)).toMatch(/^INCONCLUSIVE: It cannot be said/);
  });

  it('keeps a p-value to itself that speaks against the verdict', () => {
    expect(textReport({ ...infectedReport, pValue: 0.66 }, PLAIN)).toMatch(
      /^INFECTED: [^\n]* to label 7 "turn right"\.\n/,
    );
    expect(textReport({ ...cleanReport, pValue: 0.66 }, PLAIN)).toMatch(/^CLEAN: [^\n]*p = 0\.66\)\.\n/);
  });

  it('lets no control character of a name through', () => {
    expect(textReport(hostileReport, PLAIN).replaceAll('\n', '')).not.toMatch(/\p{C}/u);
  });

  it('cuts a long table but shows every flagged label', () => {
    const labels = Array.from({ length: 500 }, (_, i) => labelResult(i));
    const flagged = labelResult(499, { flagged: true, anomalyIndex: -3 });
    const lines = textReport({ ...infectedReport, labels: [...labels.slice(0, -1), flagged] }, PLAIN).split('\n');
    expect(lines.filter((line) => /^[> ] \d+ +\d/.test(line))).toHaveLength(21);
    expect(lines.find((line) => line.startsWith('> 499'))).toContain('FLAGGED');
    expect(lines).toContain('  479 more labels in the JSON and HTML reports');
  });

  it('aligns columns after wide names', () => {
    const labels = [labelResult(0, { name: '停车' }), labelResult(1, { name: 'stop' })];
    const rows = textReport({ ...cleanReport, labels }, PLAIN)
      .split('\n')
      .filter((line) => /^ {2}[01] /.test(line));
    expect(rows.map((row) => row.replace('停车', '....').indexOf('.', 12))).toEqual([
      rows[1]?.indexOf('.', 12),
      rows[1]?.indexOf('.', 12),
    ]);
  });
});
