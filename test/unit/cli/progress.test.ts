import { describe, expect, it } from 'vitest';
import { logLine, terminalLines } from '../../../src/cli/progressLines';
import { ProgressView, type Progress } from '../../../src/cli/progressView';
import { trainingLine } from '../../../src/cli/trainingLine';
import type { ScanProgress } from '../../../src/engine/detect/scanJob';
import { fakeTerminal } from '../../support/fakeTerminal';

const progress: ScanProgress = {
  phase: 'inverting',
  done: 6450,
  total: 12_900,
  labelsDone: 20,
  labelsTotal: 43,
  current: [
    { label: 20, latest: { update: 40, l1: 61.24, success: 0.991, lambda: 0.001 } },
    { label: 21, latest: { update: 40, l1: 80, success: 0.5, lambda: 0.001 } },
  ],
  secondsLeft: 83,
};

describe('progress as text', () => {
  it('takes two lines on a terminal', () => {
    expect(terminalLines(progress, 200)).toEqual([
      'Reversing triggers ██████████░░░░░░░░░░  50 %  20 of 43 labels done, about 1 min 23 s left',
      '  label 20: L1 61.2, success 99 %  |  label 21: L1 80.0, success 50 %',
    ]);
  });

  it.each([20, 40, 80])('never fills %d columns', (columns) => {
    for (const line of terminalLines(progress, columns)) expect(line.length).toBeLessThan(columns);
  });

  it('shows whole labels only, and none without figures', () => {
    const current = [{ label: 3 }, ...progress.current];
    expect(terminalLines({ ...progress, current }, 60)[1]).toBe('  label 20: L1 61.2, success 99 %');
    expect(terminalLines({ ...progress, current: current.slice(0, 1) }, 60)).toHaveLength(1);
  });

  it('stands without figures, and with more than was planned', () => {
    const { secondsLeft, ...rest } = progress;
    expect(secondsLeft).toBeDefined();
    expect(terminalLines({ ...rest, phase: 'verifying', done: 0, total: 0, current: [] }, 200)).toEqual([
      'Checking triggers ░░░░░░░░░░░░░░░░░░░░   0 %  20 of 43 labels done',
    ]);
    expect(terminalLines({ ...progress, done: 20_000 }, 200)[0]).toContain('100 %');
  });

  it('is one line in a log', () => {
    expect(logLine(progress)).toBe(
      'Reversing triggers: 20 of 43 labels done, 6,450 of 12,900 updates, about 1 min 23 s left',
    );
    expect(trainingLine({ update: 20, updates: 9375, loss: 0.25, accuracy: 0.9 })).toBe(
      'Training: 20 of 9,375 updates, loss 0.2500, accuracy 90.0 %',
    );
  });
});

describe('progress on screen', () => {
  const state = (...lines: string[]): Progress => ({ lines: () => lines, log: () => lines.join(' ') });

  it('is redrawn in place on a terminal', () => {
    const terminal = fakeTerminal({ interactive: true });
    const view = new ProgressView(terminal, () => 0);
    view.update(state('a', 'b'));
    view.update(state('c'));
    view.tell('note');
    view.clear();
    view.clear();
    expect(terminal.err.split('\u{1b}')).toEqual([
      '\r',
      '[Ja\nb\n',
      '[2A\r',
      '[Jc\n',
      '[1A\r',
      '[Jnote\n\r',
      '[Jc\n',
      '[1A\r',
      '[J',
    ]);
  });

  it('is a line every ten seconds in a log', () => {
    const terminal = fakeTerminal();
    let now = 100;
    const view = new ProgressView(terminal, () => now);
    for (; now < 131; now += 0.2) view.update(state(`at ${Math.round(now)}`));
    view.tell('note');
    view.clear();
    expect(terminal.err).toBe('at 110\nat 120\nat 130\nnote\n');
  });
});
