import { describe, expect, it } from 'vitest';
import type { LabelResult, ScanReport, Trigger } from '../../../../src/engine/report/scanReport';
import type { ScanAnswer } from '../../../../src/runner/protocol/protocol';
import { complete, shorten } from '../../../../src/runner/protocol/scanAnswer';

const trigger = (mask: string): Trigger => ({ channels: 1, height: 1, width: 1, mask, pattern: mask });

function label(index: number, change: Partial<LabelResult> = {}): LabelResult {
  const curve = [{ update: 1, l1: 2, success: 1, lambda: 0.1 }];
  return { label: index, state: 'found', l1PerSeed: [2], flagged: false, curve, ...change };
}

describe('the answer to a scan', () => {
  const sent = [label(0, { trigger: trigger('AAAA') }), label(1, { state: 'not-reached' }), label(2)];
  const final = [
    { ...sent[0]!, pValue: 0.5 },
    { ...sent[1]!, flagged: false },
    // Another trigger than the one that was sent, and a label that was not sent at all.
    { ...sent[2]!, trigger: trigger('BBBB') },
    label(3, { state: 'screened', curve: [] }),
  ];
  const report = { verdict: 'clean', labels: final } as unknown as ScanReport;
  const before = new Map(sent.map((result) => [result.label, result]));

  it('leaves out what the host has', () => {
    const answer = shorten(report, before);
    expect(answer.alreadySent).toEqual([0, 1]);
    expect(answer.report.labels[0]).not.toHaveProperty('trigger');
    expect(answer.report.labels[0]!.curve).toEqual([]);
    expect(answer.report.labels[2]!.trigger).toEqual(trigger('BBBB'));
  });

  it('is the whole report again on the other side', () => {
    const received = JSON.parse(JSON.stringify(shorten(report, before))) as ScanAnswer;
    const messages = JSON.parse(JSON.stringify(sent)) as LabelResult[];
    expect(complete(received, new Map(messages.map((result) => [result.label, result])))).toEqual(report);
  });
});
