import { describe, expect, it } from 'vitest';
import { EXIT, exitCodeOfError, exitCodeOfVerdict, worstExitCode } from '../../../src/cli/exitCode';
import {
  CancelledError,
  ModelFormatError,
  RuntimeUnavailableError,
  SamplesError,
  UnsupportedModelError,
  UsageError,
} from '../../../src/engine/support/errors';

describe('exit codes', () => {
  it('are a stable contract', () => {
    expect(EXIT).toEqual({
      clean: 0,
      infected: 1,
      error: 2,
      notScanned: 3,
      usage: 4,
      inconclusive: 5,
      cancelled: 130,
    });
  });

  it.each<[unknown, number]>([
    [new ModelFormatError('damaged'), 3],
    [new UnsupportedModelError('no gradient'), 3],
    [new SamplesError('no images'), 4],
    [new UsageError('no file'), 4],
    [new RuntimeUnavailableError('no library'), 2],
    [new CancelledError(), 130],
    [new TypeError('a mistake of ours'), 2],
    ['thrown text', 2],
  ])('of %s', (error, code) => {
    expect(exitCodeOfError(error)).toBe(code);
  });

  it('of a verdict', () => {
    expect((['clean', 'infected', 'inconclusive'] as const).map(exitCodeOfVerdict)).toEqual([0, 1, 5]);
  });
});

it('takes the worst code of several models', () => {
  expect(worstExitCode([EXIT.clean, EXIT.inconclusive, EXIT.usage, EXIT.infected, EXIT.error])).toBe(EXIT.infected);
  expect(worstExitCode([EXIT.inconclusive, EXIT.notScanned, EXIT.clean])).toBe(EXIT.notScanned);
  expect(worstExitCode([EXIT.clean, EXIT.clean])).toBe(EXIT.clean);
});
