import { describe, expect, it } from 'vitest';
import {
  CancelledError,
  ModelFormatError,
  NeuralCleanseError,
  RuntimeUnavailableError,
  SamplesError,
  UnsupportedModelError,
  UsageError,
} from '../../../../src/engine/support/errors';
import { fromTransported, toTransported } from '../../../../src/runner/protocol/errorTransport';
import { OutOfMemoryError } from '../../../../src/runner/protocol/outOfMemory';
import type { TransportedError } from '../../../../src/runner/protocol/protocol';

function sent(error: unknown): Error {
  return fromTransported(JSON.parse(JSON.stringify(toTransported(error))) as TransportedError);
}

describe('errors between processes', () => {
  it.each([
    ModelFormatError,
    OutOfMemoryError,
    RuntimeUnavailableError,
    SamplesError,
    UnsupportedModelError,
    UsageError,
  ])('keep class and details: %o', (Class) => {
    const details = { file: 'm.h5', place: 'layer "a"', expected: '1', got: '2', hint: 'Do something.' };
    const error = new Class('something is wrong', details);
    const received = sent(error);
    expect(received).toBeInstanceOf(Class);
    expect(received).toMatchObject({ message: error.message, summary: 'something is wrong', details });
  });

  it('know a cancellation', () => {
    expect(sent(new CancelledError())).toBeInstanceOf(CancelledError);
  });

  it('bring the stacks of the other side, causes too', () => {
    const { stack } = sent(new UsageError('outer', {}, { cause: new Error('inner') }));
    expect(stack).toMatch(/outer.*errorTransport\.test.*Caused by: Error: inner/s);
  });

  it.each([
    new RangeError('Array buffer allocation failed'),
    new Error('std::bad_alloc'),
    new Error('Non-zero status code: Failed to allocate memory for requested buffer of size 940800000'),
  ])('say plainly that memory was short: %o', (error) => {
    const received = sent(error);
    expect(received).toBeInstanceOf(OutOfMemoryError);
    expect(received.message).toBe(
      'there is not enough memory for this model. What was finished is kept. Close other programs, or use fewer samples or a smaller batch.',
    );
    expect(received.stack).toContain(error.message);
  });

  it('do not make an unexpected error one of ours', () => {
    const received = sent(new RangeError('out of range'));
    expect(received).not.toBeInstanceOf(NeuralCleanseError);
    expect(received).toMatchObject({ name: 'RangeError', message: 'out of range' });
    expect(sent('a text').message).toBe('a text');
  });
});
