import { PassThrough } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { describe, expect, it } from 'vitest';
import { processTerminal } from '../../../src/cli/terminal';

function stream(isTTY: boolean): WriteStream {
  return Object.assign(new PassThrough(), { isTTY, columns: 123 }) as unknown as WriteStream;
}

function said(out: WriteStream): string {
  return String((out as unknown as PassThrough).read() ?? '');
}

describe('terminal', () => {
  it.each<[boolean, Record<string, string>, boolean]>([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '0' }, false],
  ])('colours: terminal %s, %j', (isTTY, env, colours) => {
    expect(processTerminal(stream(isTTY), stream(false), env).colours).toBe(colours);
  });

  it('redraws only where that works', () => {
    expect(processTerminal(stream(false), stream(true), {})).toMatchObject({ interactive: true });
    expect(processTerminal(stream(true), stream(false), {})).toMatchObject({ interactive: false });
    expect(processTerminal(stream(true), stream(true), { TERM: 'dumb' })).toMatchObject({ interactive: false });
    expect(processTerminal(stream(true), stream(true), {}).columns()).toBe(123);
    expect(processTerminal(stream(true), stream(false), {}).columns()).toBe(80);
  });

  it('makes messages harmless and puts them on one line', () => {
    const err = stream(true);
    processTerminal(stream(true), err, {}).tell('a\n  b\u{1b}[31m\u{9b}2J');
    expect(said(err)).toBe('a b\u{fffd}[31m\u{fffd}2J\n');
  });

  it('takes a closed pipe for an end, not for an error', async () => {
    const out = stream(false);
    const terminal = processTerminal(out, stream(false), {});
    expect(() => out.emit('error', Object.assign(new Error('closed'), { code: 'EPIPE' }))).not.toThrow();
    expect(() => out.emit('error', Object.assign(new Error('full'), { code: 'ENOSPC' }))).toThrow('full');
    (out as unknown as PassThrough).destroy();
    await expect(terminal.print('late')).resolves.toBeUndefined();
  });
});
