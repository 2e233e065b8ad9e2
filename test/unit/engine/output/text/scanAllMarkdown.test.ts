import { describe, expect, it } from 'vitest';
import { scanAllMarkdown } from '../../../../../src/engine/output/text/scanAllMarkdown';
import { cleanReport, hostileReport, infectedReport } from '../../../../support/sampleReports';

describe('the Markdown of many models', () => {
  const outcomes = [
    { path: 'a/clean.onnx', report: cleanReport },
    { path: 'a/infected.onnx', report: infectedReport },
    { path: 'a/none.onnx', error: 'The file is empty.' },
  ];

  it('has a row per model, the worst first, and a section with the mask of what is infected', () => {
    const lines = scanAllMarkdown(outcomes).split('\n');
    expect(lines.filter((line) => line.startsWith('| '))).toEqual([
      '| model | verdict | labels | p-value |',
      '| --- | --- | --- | --- |',
      '| a/infected.onnx | ❌ infected | 7 "turn right" | 0.0004 |',
      '| a/none.onnx | ⚠️ not scanned | The file is empty. |  |',
      expect.stringMatching(/^\| a\/clean\.onnx \| ✅ clean \| {2}\| \S+ \|$/),
    ]);
    const block = lines.slice(lines.indexOf('```text') + 1, lines.indexOf('```'));
    expect(block).toHaveLength(16);
    for (const line of block) expect(line).toMatch(/^[·░▒▓█]{32}$/);
  });

  it('lets no name become markup', () => {
    const name = 'x|y`[a](javascript:b)<img src=x>\n# z.onnx';
    const text = scanAllMarkdown([{ path: name, report: { ...hostileReport, verdict: 'infected' } }]);
    const [row = ''] = text.split('\n').filter((line) => line.startsWith('| x'));
    expect(row.split(/(?<!\\)\|/)).toHaveLength(6);
    expect(text).not.toMatch(/(?<!\\)\]\(|<img|^# z/m);
  });
});
