import { describe, expect, it } from 'vitest';
import { labelsOfNextRound } from '../../../../src/engine/repair/nextRound';
import type { LabelResult } from '../../../../src/engine/report/scanReport';
import { labelResult } from '../../../support/sampleReports';

const without: LabelResult = { label: 2, state: 'not-reached', l1PerSeed: [], flagged: false, curve: [] };
const labels = [labelResult(0), labelResult(1), without];
const first = { rounds: 1, repaired: [1, 2], method: 'unlearn' } as const;

describe('the next round of the loop', () => {
  it('repairs what is flagged, new or not', () => {
    expect(labelsOfNextRound({ flagged: [0, 1], labels }, first)).toEqual([0, 1]);
    expect(labelsOfNextRound({ flagged: [1], labels }, { ...first, rounds: 3 })).toEqual([1]);
  });

  it('unlearns repaired labels once more, where they still have a trigger', () => {
    expect(labelsOfNextRound({ flagged: [], labels }, first)).toEqual([1]);
    expect(labelsOfNextRound({ flagged: [], labels }, { ...first, repaired: [2] })).toEqual([]);
  });

  it('is not needed after that, nor after pruning', () => {
    expect(labelsOfNextRound({ flagged: [], labels }, { ...first, rounds: 2 })).toEqual([]);
    expect(labelsOfNextRound({ flagged: [], labels }, { ...first, method: 'prune' })).toEqual([]);
  });
});
