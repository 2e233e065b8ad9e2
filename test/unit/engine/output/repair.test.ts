import { describe, expect, it } from 'vitest';
import { repairHtml } from '../../../../src/engine/output/html/repairHtml';
import { isRepaired, repairHeadline } from '../../../../src/engine/output/repairSummary';
import { repairText } from '../../../../src/engine/output/text/repairText';
import type { Evaluation, RepairReport } from '../../../../src/engine/report/repairReport';

function evaluation(cleanAccuracy: number, reversed: number, given: number): Evaluation {
  return {
    cleanAccuracy,
    perClass: [cleanAccuracy, null],
    triggers: [
      { label: 1, source: 'reversed', attackSuccess: reversed },
      { label: 1, source: 'given', attackSuccess: given },
    ],
  };
}

function report(after: Evaluation, more: Partial<RepairReport> = {}): RepairReport {
  return {
    version: 1,
    tool: 'test',
    model: {
      file: '<b>evil</b>.onnx',
      format: 'onnx',
      sha256: 'a'.repeat(64),
      classes: 2,
      input: { channels: 1, height: 8, width: 8 },
      head: 'softmax',
    },
    samples: { source: 'folder', count: 200, labelled: true, skipped: 0, preprocessing: '0…1' },
    method: 'unlearn',
    labels: [1],
    settings: { maxAccuracyLoss: 0.015 },
    rounds: [
      {
        labels: [1],
        unlearn: [0, 10].map((update) => ({ update, images: 32 * update, cleanAccuracy: 0.99, triggers: [] })),
        kept: 1,
      },
    ],
    before: evaluation(0.99, 0.98, 1),
    after,
    notes: ['A note.'],
    findings: [],
    seconds: 3,
    imagePasses: 1000,
    ...more,
  };
}

describe('a repair in words', () => {
  it('is a success when the reversed trigger is gone at an accepted cost; the given one decides nothing', () => {
    const good = report(evaluation(0.98, 0.01, 0.7));
    expect(isRepaired(good)).toBe(true);
    expect(repairHeadline(good)).toContain('was removed at the cost of 1.0 points');
  });

  it('is none when the trigger works, a scan still flags, or the accuracy is gone', () => {
    expect(repairHeadline(report(evaluation(0.99, 0.06, 0)))).toContain('still works');
    const rescan = { verdict: 'infected', flagged: [1] } as const;
    expect(isRepaired(report(evaluation(0.99, 0, 0), { rescan }))).toBe(false);
    const costly = report(evaluation(0.5, 0, 0));
    expect(isRepaired(costly)).toBe(false);
    expect(repairHeadline(costly)).toContain('more than was accepted');
  });

  it('shows before and after in the text', () => {
    expect(repairText(report(evaluation(0.98, 0.01, 0.7)))).toMatch(/original trigger of label 1\s+100\.0 %\s+70\.0 %/);
  });

  it('shows what was tried and what can be learned anew, as text and as a page', () => {
    const attempts = [
      { method: 'prune', result: { cleanAccuracy: 0.97, attackSuccess: 0.12, growth: 1.3 } },
      { method: 'unlearn', result: { cleanAccuracy: 0.98, attackSuccess: 0.01, growth: 6.71 } },
      { method: 'i-bau' },
    ] as const;
    const [round] = report(evaluation(0.98, 0.01, 0)).rounds;
    const automatic = report(evaluation(0.98, 0.01, 0), {
      rounds: [{ ...round!, method: 'unlearn', attempts }],
      relearned: [{ label: 1, before: 14.93, after: 100.2 }],
    });
    const shown = repairText(automatic);
    expect(shown).toMatch(/^tried\s+accuracy\s+trigger success\s+new trigger larger by$/m);
    expect(shown).toMatch(/^unlearn\s+98\.0 %\s+1\.0 %\s+× 6\.7$/m);
    expect(shown).toMatch(/^i-bau\s+–\s+–\s+–$/m);
    expect(shown).toMatch(/^pixels of a trigger for label 1, learned anew\s+14\.9\s+100\.2$/m);
    expect(repairHtml(automatic)).toContain('<h2>Methods tried</h2>');
    // One method is no comparison.
    const first = { ...automatic, rounds: [{ ...round!, attempts: attempts.slice(0, 1) }] };
    expect(repairText(first)).not.toContain('tried');
  });

  it('says of a repair without a trigger what was done, not what was removed', () => {
    const blind = (after: number, more: Partial<RepairReport>): RepairReport =>
      report({ ...evaluation(after, 0, 0), triggers: [] }, { labels: [], ...more });
    const rounds = [{ labels: [], unlearn: report(evaluation(1, 0, 0)).rounds[0]!.unlearn!, kept: 1 }];
    expect(repairHeadline(blind(0.985, { rounds }))).toMatch(
      /was hardened against hidden triggers at the cost of 0\.5/,
    );
    expect(isRepaired(blind(0.985, { rounds }))).toBe(true);
    expect(repairHeadline(blind(0.9, { rounds }))).toContain('more than was accepted');
    expect(repairHeadline(blind(0.99, { rounds: [{ ...rounds[0]!, kept: 0 }] }))).toContain('was left as it was');
    const rescan = { verdict: 'infected', flagged: [1] } as const;
    expect(repairHeadline(blind(0.99, { rounds, rescan }))).toContain('A scan still flags');
  });

  it('makes a page without scripts out of hostile names', () => {
    const page = repairHtml(report(evaluation(0.98, 0.01, 0.7)));
    expect(page).not.toContain('<b>evil');
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;b&gt;evil');
    expect(page).toContain('<svg class="chart"');
  });
});
