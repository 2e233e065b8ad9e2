/** @file Models exported for one image, run with several. The originals run image by image in ONNX Runtime. */
import { describe, expect, it } from 'vitest';
import { UnsupportedModelError } from '../../../../../src/engine/support/errors';
import type { ModelFile } from '../../../../../src/engine/formats/format';
import { onnx } from '../../../../../src/engine/formats/onnx';
import { float32, floats, type Tensor } from '../../../../../src/engine/graph/tensor';
import { memoryFiles } from '../../../../support/memoryFiles';
import { floatTensor, intTensor, modelFile, type Message, type NodeSpec } from '../../../../support/onnxFile';
import { deviation, noise, runFile } from '../../../../support/runModel';

function file(dims: readonly number[], nodes: readonly NodeSpec[], initializers: readonly Message[] = []): Message {
  return modelFile({
    opset: 18,
    nodes,
    initializers,
    inputs: [{ name: 'x', dims }],
    outputs: [{ name: 'y' }],
  });
}

async function read(bytes: Message): Promise<ModelFile> {
  return onnx.read(memoryFiles({ 'model.onnx': bytes }), 'model.onnx', {});
}

/** Results of the images of `x`, one run each. */
async function oneByOne(bytes: Message, x: Tensor): Promise<Tensor> {
  const [count = 0, ...rest] = x.dims;
  const size = floats(x).length / count;
  const parts: Tensor[] = [];
  for (let i = 0; i < count; i++) {
    parts.push(await runFile(bytes, float32([1, ...rest], floats(x).slice(i * size, (i + 1) * size))));
  }
  const data = Float32Array.from(parts.flatMap((part) => [...floats(part)]));
  return float32([count, ...(parts[0]?.dims.slice(1) ?? [])], data);
}

const WEIGHTS = floatTensor('w', [6, 4], [...floats(noise([24], 9))]);

const FREED: readonly { title: string; dims: readonly number[]; nodes: NodeSpec[]; initializers?: Message[] }[] = [
  {
    title: 'a reshape to [1, -1]',
    dims: [1, 3, 2, 1],
    nodes: [
      { op: 'Reshape', inputs: ['x', 'shape'], outputs: ['flat'] },
      { op: 'MatMul', inputs: ['flat', 'w'], outputs: ['y'] },
    ],
    initializers: [intTensor('shape', [2], [1, -1]), WEIGHTS],
  },
  {
    title: 'a reshape that splits and merges axes behind the batch',
    dims: [1, 4, 6],
    nodes: [
      { op: 'Reshape', inputs: ['x', 'heads'], outputs: ['a'] },
      { op: 'Transpose', inputs: ['a'], outputs: ['b'], attributes: { perm: [0, 2, 1, 3] } },
      { op: 'Reshape', inputs: ['b', 'merged'], outputs: ['c'] },
      { op: 'Softmax', inputs: ['c'], outputs: ['d'] },
      { op: 'Reshape', inputs: ['d', 'back'], outputs: ['y'] },
    ],
    initializers: [
      intTensor('heads', [4], [1, 4, 2, 3]),
      intTensor('merged', [3], [2, 4, 3]),
      intTensor('back', [3], [1, 2, 12]),
    ],
  },
  {
    title: 'a batch that is not in front',
    dims: [1, 4, 6],
    nodes: [
      { op: 'Transpose', inputs: ['x'], outputs: ['a'], attributes: { perm: [1, 0, 2] } },
      { op: 'Reshape', inputs: ['a', 'heads'], outputs: ['b'] },
      { op: 'Softmax', inputs: ['b'], outputs: ['c'] },
      { op: 'Reshape', inputs: ['c', 'back'], outputs: ['d'] },
      { op: 'Transpose', inputs: ['d'], outputs: ['y'], attributes: { perm: [1, 0, 2] } },
    ],
    initializers: [intTensor('heads', [3], [4, 2, 3]), intTensor('back', [3], [4, 1, 6])],
  },
  {
    title: 'a batch merged behind the tokens',
    dims: [1, 4, 6],
    nodes: [
      { op: 'Transpose', inputs: ['x'], outputs: ['a'], attributes: { perm: [1, 0, 2] } },
      { op: 'Reshape', inputs: ['a', 'rows'], outputs: ['b'] },
      { op: 'MatMul', inputs: ['b', 'w'], outputs: ['c'] },
      { op: 'Reshape', inputs: ['c', 'back'], outputs: ['d'] },
      { op: 'Transpose', inputs: ['d'], outputs: ['y'], attributes: { perm: [1, 0, 2] } },
    ],
    initializers: [intTensor('rows', [2], [4, 6]), intTensor('back', [3], [4, 1, 4]), WEIGHTS],
  },
  {
    title: 'a view of memory',
    dims: [1, 3, 2],
    nodes: [
      { op: 'Reshape', inputs: ['x', 'flat'], outputs: ['a'] },
      { op: 'Gather', inputs: ['a', 'order'], outputs: ['y'], attributes: { axis: 0 } },
    ],
    initializers: [intTensor('flat', [1], [-1]), intTensor('order', [1, 6], [0, 1, 2, 3, 4, 5])],
  },
  {
    title: 'a class token',
    dims: [1, 2, 3],
    nodes: [{ op: 'Concat', inputs: ['token', 'x'], outputs: ['y'], attributes: { axis: 1 } }],
    initializers: [floatTensor('token', [1, 1, 3], [1, 2, 3])],
  },
  {
    title: 'fixed output sizes of a resize',
    dims: [1, 2, 3, 3],
    nodes: [
      {
        op: 'Resize',
        inputs: ['x', '', '', 'sizes'],
        outputs: ['y'],
        attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
      },
    ],
    initializers: [intTensor('sizes', [4], [1, 2, 7, 6])],
  },
  {
    title: 'shapes computed from the image',
    dims: [1, 3, 2],
    nodes: [
      { op: 'Shape', inputs: ['x'], outputs: ['s'], attributes: { start: 0, end: 1 } },
      { op: 'Concat', inputs: ['s', 'rest'], outputs: ['shape'], attributes: { axis: 0 } },
      { op: 'Reshape', inputs: ['x', 'shape'], outputs: ['y'] },
    ],
    initializers: [intTensor('rest', [1], [6])],
  },
];

describe('a fixed batch', () => {
  it.each(FREED)('is freed from $title', async ({ dims, nodes, initializers }) => {
    const bytes = file(dims, nodes, initializers);
    const model = await read(bytes);
    expect(model.graph.inputs[0]?.dims[0]).toBeNull();
    expect(model.findings.map((finding) => finding.message)).toEqual([
      'The file fixes the batch size at 1; it was freed, so that several images run at once.',
    ]);
    const x = noise([3, ...dims.slice(1)]);
    expect(await deviation(model, x, await oneByOne(bytes, x))).toBeLessThan(1e-6);
  });

  it('is freed when it is larger than one', async () => {
    const bytes = file(
      [4, 3, 2],
      [{ op: 'Reshape', inputs: ['x', 'shape'], outputs: ['y'] }],
      [intTensor('shape', [2], [4, 6])],
    );
    const model = await read(bytes);
    const x = noise([3, 3, 2]);
    expect(await deviation(model, x, { ...x, dims: [3, 6] })).toBe(0);
  });

  it.each<{ title: string; dims: readonly number[]; nodes: NodeSpec[]; initializers?: Message[] }>([
    {
      title: 'the batch dimension is dropped',
      dims: [1, 5],
      nodes: [{ op: 'Squeeze', inputs: ['x', 'zero'], outputs: ['y'] }],
      initializers: [intTensor('zero', [1], [0])],
    },
    {
      title: 'images are mixed',
      dims: [1, 4, 3],
      nodes: [{ op: 'Reshape', inputs: ['x', 'shape'], outputs: ['y'] }],
      initializers: [intTensor('shape', [2], [4, 3])],
    },
    {
      title: 'only the first image counts',
      dims: [1, 4],
      nodes: [{ op: 'Slice', inputs: ['x', 'zero', 'one', 'zero'], outputs: ['y'] }],
      initializers: [intTensor('zero', [1], [0]), intTensor('one', [1], [1])],
    },
  ])('is refused where $title', async ({ dims, nodes, initializers }) => {
    const failure = await read(file(dims, nodes, initializers)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UnsupportedModelError);
    expect(String(failure)).toContain('made for exactly one image at a time');
    expect(String(failure)).toContain('dynamic_axes');
  });
});
