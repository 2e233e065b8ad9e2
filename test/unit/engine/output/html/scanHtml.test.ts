import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { htmlReport } from '../../../../../src/engine/output/html/scanHtml';
import { HTML_STYLE, HTML_STYLE_HASH } from '../../../../../src/engine/output/html/style';
import {
  cleanReport,
  hostileReport,
  inconclusiveReport,
  infectedReport,
  labelResult,
  pairsReport,
} from '../../../../support/sampleReports';

/** Every tag of the page, without its content; quoted attribute values may hold any character. */
function tagsOf(html: string): string[] {
  return html.match(/<[a-z!/](?:"[^"]*"|[^">])*>/gi) ?? [];
}

describe('HTML report', () => {
  it('names the hash of its style in the policy', () => {
    const hash = createHash('sha256').update(HTML_STYLE).digest('base64');
    expect(HTML_STYLE_HASH).toBe(`sha256-${hash}`);
    expect(htmlReport(cleanReport)).toContain(`default-src 'none'; img-src data:; style-src '${HTML_STYLE_HASH}'`);
  });

  it.each([
    ['infected', infectedReport],
    ['clean', cleanReport],
    ['inconclusive', inconclusiveReport],
    ['hostile', hostileReport],
    ['pairs', pairsReport],
  ])('loads nothing and runs nothing: %s', (_name, report) => {
    const tags = tagsOf(htmlReport(report));
    for (const tag of tags) {
      expect(tag).not.toMatch(/^<(script|iframe|object|link|form|base)/i);
      expect(tag).not.toMatch(/\son\w+=|\sstyle=|\shref=/i);
      if (tag.startsWith('<img')) expect(tag).toMatch(/ src="data:image\/png;base64,[A-Za-z0-9+/=]+"/);
    }
    expect(tags.filter((tag) => tag.startsWith('<style'))).toHaveLength(1);
  });

  it('lists the pairs that were looked at', () => {
    const page = htmlReport(pairsReport);
    expect(page).toContain('<th scope="row">2 → 7</th><td>9.2</td><td>14.0 %</td><td>0.0 %</td><td>× 5.2</td>');
    expect(page).toContain('of the images of label 2, which alone obey it');
    expect(htmlReport(infectedReport)).not.toContain('Pairs of labels');
  });

  it('nests every tag', () => {
    const VOID = /^<(!|meta|img|br|line|rect[^>]*\/>)/;
    const open: string[] = [];
    for (const tag of tagsOf(htmlReport(hostileReport))) {
      if (VOID.test(tag) || tag.endsWith('/>')) continue;
      const name = /^<\/?([a-z0-9]+)/.exec(tag)![1]!;
      if (tag.startsWith('</')) expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });

  it('escapes names and takes control characters out', () => {
    const html = htmlReport(hostileReport);
    expect(html).toContain('&lt;script&gt;alert(3)&lt;/script&gt;');
    expect(html.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
  });

  it('has a bar and a row for every label and the threshold line', () => {
    const html = htmlReport(infectedReport);
    expect(html.match(/<rect class="bar/g)).toHaveLength(12);
    expect(html.match(/<rect class="bar flagged"/g)).toHaveLength(1);
    expect(html.match(/<line class="threshold"/g)).toHaveLength(1);
    expect(html.match(/<th scope="row">\d/g)).toHaveLength(12);
  });

  it('leaves the chart out where no label has an index', () => {
    expect(htmlReport(inconclusiveReport)).not.toContain('<svg');
  });

  it('stays small for a thousand labels', () => {
    const labels = Array.from({ length: 1000 }, (_, label) => labelResult(label));
    expect(htmlReport({ ...cleanReport, labels }).length).toBeLessThan(1_000_000);
  });
});
