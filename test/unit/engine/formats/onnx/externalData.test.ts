/** @file ONNX weights that lie in other files: reading, writing, and paths that lead astray. */
import { describe, expect, it } from 'vitest';
import { ModelFormatError } from '../../../../../src/engine/support/errors';
import { onnx } from '../../../../../src/engine/formats/onnx';
import { float32, toNumbers } from '../../../../../src/engine/graph/tensor';
import { memoryFiles } from '../../../../support/memoryFiles';
import { tensorMessage, type Message } from '../../../../support/onnxFile';
import { failure, read, small } from '../../../../support/smallOnnx';

describe('weights in other files', () => {
  const data = new Uint8Array(Float32Array.from([0, 1, 2, 3, 4, 5, 6]).buffer);
  const external = (entries: Record<string, string>): Message =>
    small({ initializers: [tensorMessage({ name: 'w', dims: [2, 3], type: 'float32', external: entries })] });

  it('are read at their offset', async () => {
    const model = await read(external({ location: 'sub/w.bin', offset: '4', length: '24' }), {
      'models/sub/w.bin': data,
    });
    expect(toNumbers(model.graph.initializers.get('w')!)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(model.parts).toEqual(['models/model.onnx', 'models/sub/w.bin']);
  });

  it('move with a new name of the model', async () => {
    const model = await read(external({ location: 'sub/w.bin', offset: '4' }), { 'models/sub/w.bin': data });
    const written = await model.write(new Map([['w', float32([2, 3], [1, 2, 9, 4, 5, 6])]]), 'new.onnx');
    expect(written.map((file) => file.name)).toEqual(['new.onnx', 'new.onnx.sub_w.bin']);
    expect([...new Float32Array(written[1]!.bytes.slice().buffer)]).toEqual([0, 1, 2, 9, 4, 5, 6]);
    const again = await onnx.read(
      memoryFiles(Object.fromEntries(written.map((file) => [file.name, file.bytes]))),
      'new.onnx',
      {},
    );
    expect(toNumbers(again.graph.initializers.get('w')!)).toEqual([1, 2, 9, 4, 5, 6]);
  });

  it('keep their names when the model keeps its own', async () => {
    const file = external({ location: 'w.bin', offset: '4' });
    const model = await read(file, { 'models/w.bin': data });
    const [main, beside] = await model.write(new Map(), 'model.onnx');
    expect(beside?.name).toBe('w.bin');
    expect(Buffer.compare(main!.bytes, file)).toBe(0);
  });

  it.each([
    ['a path out of the folder', { location: '../w.bin' }, 'outside the folder'],
    ['an absolute path', { location: '/w.bin' }, 'outside the folder'],
    ['a file that is not there', { location: 'v.bin' }, 'is missing'],
    ['no path', { offset: '4' }, 'does not say in which'],
    ['an offset behind the end', { location: 'w.bin', offset: '8' }, 'too short'],
    ['a huge offset', { location: 'w.bin', offset: '9223372036854775807' }, 'is wrong'],
    ['a negative offset', { location: 'w.bin', offset: '-4' }, 'is wrong'],
    ['a length that does not fit', { location: 'w.bin', length: '20' }, 'does not fit its shape'],
    ['the model itself', { location: 'model.onnx' }, 'by different names'],
  ])('are refused with %s', async (_title, entries, message) => {
    const error = await failure(external(entries), { 'models/w.bin': data, 'w.bin': data });
    expect(error).toBeInstanceOf(ModelFormatError);
    expect(error.message).toContain(message);
  });

  it('are left alone where two weights share bytes', async () => {
    const weight = (name: string): Message =>
      tensorMessage({ name, dims: [2, 3], type: 'float32', external: { location: 'w.bin' } });
    const file = small({
      nodes: [
        { op: 'MatMul', inputs: ['x', 'w'], outputs: ['a'] },
        { op: 'MatMul', inputs: ['x', 'v'], outputs: ['b'] },
        { op: 'Add', inputs: ['a', 'b'], outputs: ['y'] },
      ],
      initializers: [weight('w'), weight('v')],
    });
    expect([...(await read(file, { 'models/w.bin': data })).weights]).toEqual([]);
  });
});
