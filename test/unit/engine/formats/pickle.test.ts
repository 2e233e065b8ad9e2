import { describe, expect, it } from 'vitest';
import { Called, readPickle, type PickleValue } from '../../../../src/engine/formats/pytorch/pickle';
import { ModelFormatError } from '../../../../src/engine/support/errors';

/**
 * By Python's `pickle.dumps`, one for each protocol, of
 * `{'a': [1, -2, 300, 70000, 2**40, 2.5, None, True, False], 'b': (1, 'x'), 'c': b'yz', 'd': OrderedDict([('k', {7})])}`, to which 'e' is added, the same list as 'a'.
 */
const WRITTEN: readonly [number, string][] = [
  [
    0,
    'KGRwMApWYQpwMQoobHAyCkkxCmFJLTIKYUkzMDAKYUk3MDAwMAphTDEwOTk1MTE2Mjc3NzZMCmFGMi41CmFOYUkwMQphSTAwCmFzVmIKcDMKKEkxClZ4CnA0CnRwNQpzVmMKcDYKY19jb2RlY3MKZW5jb2RlCnA3CihWeXoKcDgKVmxhdGluMQpwOQp0cDEwClJwMTEKc1ZkCnAxMgpjY29sbGVjdGlvbnMKT3JkZXJlZERpY3QKcDEzCih0UnAxNApWawpwMTUKY19fYnVpbHRpbl9fCnNldApwMTYKKChscDE3Ckk3CmF0cDE4ClJwMTkKc3NWZQpwMjAKZzIKcy4=',
  ],
  [
    1,
    'fXEAKFgBAAAAYXEBXXECKEsBSv7///9NLAFKcBEBAEwxMDk5NTExNjI3Nzc2TApHQAQAAAAAAABOSTAxCkkwMAplWAEAAABicQMoSwFYAQAAAHhxBHRxBVgBAAAAY3EGY19jb2RlY3MKZW5jb2RlCnEHKFgCAAAAeXpxCFgGAAAAbGF0aW4xcQl0cQpScQtYAQAAAGRxDGNjb2xsZWN0aW9ucwpPcmRlcmVkRGljdApxDSlScQ5YAQAAAGtxD2NfX2J1aWx0aW5fXwpzZXQKcRAoXXERSwdhdHESUnETc1gBAAAAZXEUaAJ1Lg==',
  ],
  [
    2,
    'gAJ9cQAoWAEAAABhcQFdcQIoSwFK/v///00sAUpwEQEAigYAAAAAAAFHQAQAAAAAAABOiIllWAEAAABicQNLAVgBAAAAeHEEhnEFWAEAAABjcQZjX2NvZGVjcwplbmNvZGUKcQdYAgAAAHl6cQhYBgAAAGxhdGluMXEJhnEKUnELWAEAAABkcQxjY29sbGVjdGlvbnMKT3JkZXJlZERpY3QKcQ0pUnEOWAEAAABrcQ9jX19idWlsdGluX18Kc2V0CnEQXXERSwdhhXESUnETc1gBAAAAZXEUaAJ1Lg==',
  ],
  [
    3,
    'gAN9cQAoWAEAAABhcQFdcQIoSwFK/v///00sAUpwEQEAigYAAAAAAAFHQAQAAAAAAABOiIllWAEAAABicQNLAVgBAAAAeHEEhnEFWAEAAABjcQZDAnl6cQdYAQAAAGRxCGNjb2xsZWN0aW9ucwpPcmRlcmVkRGljdApxCSlScQpYAQAAAGtxC2NidWlsdGlucwpzZXQKcQxdcQ1LB2GFcQ5ScQ9zWAEAAABlcRBoAnUu',
  ],
  [
    4,
    'gASVewAAAAAAAAB9lCiMAWGUXZQoSwFK/v///00sAUpwEQEAigYAAAAAAAFHQAQAAAAAAABOiIlljAFilEsBjAF4lIaUjAFjlEMCeXqUjAFklIwLY29sbGVjdGlvbnOUjAtPcmRlcmVkRGljdJSTlClSlIwBa5SPlChLB5BzjAFllGgCdS4=',
  ],
  [
    5,
    'gAWVewAAAAAAAAB9lCiMAWGUXZQoSwFK/v///00sAUpwEQEAigYAAAAAAAFHQAQAAAAAAABOiIlljAFilEsBjAF4lIaUjAFjlEMCeXqUjAFklIwLY29sbGVjdGlvbnOUjAtPcmRlcmVkRGljdJSTlClSlIwBa5SPlChLB5BzjAFllGgCdS4=',
  ],
];

function read(base64: string): ReturnType<typeof readPickle> {
  return readPickle(Uint8Array.from(Buffer.from(base64, 'base64')));
}

describe('readPickle', () => {
  it.each(WRITTEN)('reads protocol %i', (protocol, base64) => {
    const { value, globals, length } = read(base64);
    expect(length).toBe(Buffer.from(base64, 'base64').length);
    const entries = value as Map<string, PickleValue>;
    expect(entries.get('a')).toEqual([1, -2, 300, 70000, 2 ** 40, 2.5, null, true, false]);
    expect(entries.get('b')).toEqual([1, 'x']);
    expect(entries.get('e')).toBe(entries.get('a'));
    const ordered = entries.get('d') as Called;
    expect(ordered.name).toBe('collections.OrderedDict');
    expect([...ordered.items.keys()]).toEqual(['k']);
    // Older protocols have no bytes of their own and call something to make them, and sets.
    const calls = protocol < 3 ? ['_codecs.encode', '__builtin__.set'] : protocol < 4 ? ['builtins.set'] : [];
    expect([...globals].sort()).toEqual([...calls, 'collections.OrderedDict'].sort());
    if (protocol >= 3) expect(entries.get('c')).toEqual(Uint8Array.of(121, 122));
    if (protocol >= 4) expect(ordered.items.get('k')).toEqual([7]);
  });

  it('calls nothing, whichever way it is asked to', () => {
    // By the operations R, i and o.
    for (const text of ["cos\nsystem\n(S'echo'\ntR.", "(S'echo'\nios\nsystem\n.", "(cos\nsystem\nS'echo'\no."]) {
      const { value, globals } = readPickle(Buffer.from(text));
      expect(value).toBeInstanceOf(Called);
      expect((value as Called).name).toBe('os.system');
      expect([...globals]).toEqual(['os.system']);
    }
  });

  it.each<[string, string]>([
    ['an operation of nobody', '\x00.'],
    ['a text beyond the end', 'X\xff\xff\xff\x7fab.'],
    ['a mark that is missing', 't.'],
    ['a value that was never stored', 'h\x05.'],
    ['pairs for what is no dictionary', '](K\x01K\x02u.'],
    ['a number of a gigabyte', '\x8b\x00\x00\x00\x40.'],
    ['no end', 'N'],
  ])('refuses %s', (_, text) => {
    expect(() => readPickle(Buffer.from(text, 'latin1'))).toThrow(ModelFormatError);
  });
});
