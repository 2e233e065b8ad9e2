import { describe, expect, it } from 'vitest';
import { UNIT } from '../../../../src/engine/samples/preprocessing/preprocessing';
import {
  readSidecar,
  resolveBeside,
  sidecarPath,
  sidecarText,
  type Sidecar,
} from '../../../../src/engine/samples/sidecar';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { memoryFiles } from '../../../support/memoryFiles';

const SIDECAR: Sidecar = {
  version: 1,
  samples: { path: '../data/test.h5', split: 'X_test' },
  preprocessing: { ...UNIT, scale: [...UNIT.scale], offset: [...UNIT.offset] },
  classNames: ['cat', 'dog'],
};
const PATH = 'm/model.h5.neural-cleanse.json';

describe('sidecar', () => {
  it('lies beside the model and reads what it wrote', async () => {
    const files = memoryFiles({ [PATH]: sidecarText(SIDECAR) });
    expect(sidecarPath(files, 'm/model.h5')).toBe(PATH);
    expect(await readSidecar(files, 'm/model.h5')).toEqual(SIDECAR);
    expect(await readSidecar(files, 'm/other.h5')).toBeUndefined();
    expect(resolveBeside(nodeFiles, '/m/model.h5', '../data/test.h5')).toBe('/data/test.h5');
  });

  it('tolerates unknown members and missing parts', async () => {
    const text = JSON.stringify({ version: 1, comment: 'x', samples: { path: 'data', colour: 'red' } });
    expect(await readSidecar(memoryFiles({ [PATH]: text }), 'm/model.h5')).toEqual({
      version: 1,
      samples: { path: 'data' },
    });
  });

  it.each([
    ['no JSON', '{'],
    ['another version', { version: 2 }],
    ['an absolute path', { version: 1, samples: { path: '/etc/passwd' } }],
    ['a network path', { version: 1, samples: { path: '\\\\host\\share' } }],
    ['a drive', { version: 1, samples: { path: 'C:/data' } }],
    ['an URL', { version: 1, samples: { path: 'https://example.org/x' } }],
    ['numbers that are not finite', { version: 1, preprocessing: { ...UNIT, scale: [null] } }],
  ])('refuses %s', async (_, content) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await expect(readSidecar(memoryFiles({ [PATH]: text }), 'm/model.h5')).rejects.toThrow(
      'model.h5.neural-cleanse.json',
    );
  });

  it('names the wrong member', async () => {
    const text = JSON.stringify({ version: 1, samples: { path: '' } });
    await expect(readSidecar(memoryFiles({ [PATH]: text }), 'm/model.h5')).rejects.toThrow(/samples\.path/);
  });
});
