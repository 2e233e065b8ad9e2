/** @file Keras architectures in JSON: dialects, layers and mistakes, without any weights. */
import { describe, expect, it } from 'vitest';
import { ModelFormatError, NeuralCleanseError, UnsupportedModelError } from '../../../../src/engine/support/errors';
import { readArchitecture } from '../../../../src/engine/formats/keras/architecture';
import { bind, type BoundModel } from '../../../../src/engine/formats/keras/weights/boundModel';
import { convert } from '../../../../src/engine/formats/keras/convert';
import { graphDims, toFile, toGraph } from '../../../../src/engine/formats/keras/weights/layerWeights';
import { parseJson } from '../../../../src/engine/formats/keras/json';
import { decodeNumbers, float16, float32, float64, replaceNumbers } from '../../../../src/engine/formats/numberTypes';
import { float32 as tensor, floats, sizeOf } from '../../../../src/engine/graph/tensor';
import { runGraph } from '../../../support/runModel';

type Layer = Record<string, unknown>;

const layer = (className: string, config: Layer, rest: Layer = {}): Layer => ({
  class_name: className,
  config: { name: className.toLowerCase(), ...config },
  ...rest,
});

const input = (...shape: (number | null)[]): Layer =>
  layer('InputLayer', { name: 'image', batch_input_shape: [null, ...shape] });

const sequential = (...layers: Layer[]): Layer => ({ class_name: 'Sequential', config: { name: 'model', layers } });

/** The model with weights 0.01, 0.02, 0.03, … in file order, each weight from the start. */
function build(json: Layer, version = '2.15.0', backend = 'tensorflow'): BoundModel {
  return bind(convert(readArchitecture(json), { version, backend }), (weight) => ({
    key: weight.name,
    dims: weight.dims,
    read: () => Float32Array.from({ length: sizeOf(weight.dims) }, (_, i) => (i + 1) / 100),
  }));
}

async function run(
  json: Layer,
  dims: readonly number[],
  values: readonly number[],
  version?: string,
  backend?: string,
) {
  const y = await runGraph(build(json, version, backend).graph, tensor(dims, values));
  return { dims: y.dims, values: Array.from(floats(y), (value) => Math.round(value * 1e4) / 1e4) };
}

function failure(work: () => unknown): NeuralCleanseError {
  try {
    work();
  } catch (error) {
    if (error instanceof NeuralCleanseError) return error;
    throw error;
  }
  throw new Error('Expected a named error');
}

describe('architectures', () => {
  it('name every layer that cannot be run at once', () => {
    const error = failure(() =>
      build(
        sequential(
          input(8, 8, 3),
          layer('Lambda', { name: 'scale', function: ['code', null, null] }),
          layer('Conv2D', { name: 'conv', filters: 2, kernel_size: 3, activation: ['4wEAAA==', null, null] }),
          sequential(layer('LSTM', { name: 'memory' })),
          layer('Dense', { name: 'mine' }, { module: 'my.layers' }),
          layer('TFOpLambda', { name: 'shift', function: 'roll' }),
        ),
      ),
    );
    expect(error).toBeInstanceOf(UnsupportedModelError);
    expect(error.message).toMatch(/Lambda "scale", Conv2D "conv" with the activation in Python code/);
    expect(error.message).toMatch(/LSTM "model\/memory", Dense of "my\.layers" "mine", TFOpLambda tf\.roll "shift"/);
  });

  it.each([
    [
      layer('Conv2D', { filters: 'x', kernel_size: 3 }),
      /layer "conv2d": the setting "filters" is wrong \(expected a number, got "x"\)/,
    ],
    [
      layer('Conv2D', { filters: 2, kernel_size: [3, 0] }),
      /"kernel_size" is wrong \(expected two integers of at least 1/,
    ],
    [layer('Conv2D', { filters: 2, kernel_size: 9 }), /larger than the image \(expected at least 9 pixels, got 8\)/],
    [layer('Conv2D', { filters: 3, kernel_size: 3, groups: 2 }), /groups do not divide/],
    [layer('Reshape', { target_shape: [7, -1] }), /shape does not hold the input/],
    [layer('Permute', { dims: [1, 1, 2] }), /"dims" is wrong/],
    [layer('Cropping2D', { cropping: 4 }), /cropping leaves nothing/],
    [layer('Concatenate', { axis: 7 }), /axis is out of range/],
    [layer('BatchNormalization', { axis: 4 }), /axis is out of range/],
    [layer('GroupNormalization', { groups: 2 }), /groups do not divide/],
  ])('refuse %j', (wrong, text) => {
    const error = failure(() => build(sequential(input(8, 8, 3), wrong)));
    expect(error).toBeInstanceOf(ModelFormatError);
    expect(error.message).toMatch(text);
  });

  it.each([
    [layer('Conv2D', { filters: 2, kernel_size: 3, padding: 'causal' }), /padding "causal"/],
    [layer('UpSampling2D', { size: 2, interpolation: 'bicubic' }), /interpolation "bicubic"/],
    [layer('Resizing', { height: 4, width: 4, crop_to_aspect_ratio: true }), /"crop_to_aspect_ratio"/],
    [layer('Softmax', { axis: [1, 2] }), /softmax over several axes/],
    [layer('LayerNormalization', { rms_scaling: true }), /"rms_scaling"/],
    [layer('BatchNormalization', { renorm: true }), /renormalization/],
  ])('name what is not supported in %j', (odd, text) => {
    const error = failure(() => build(sequential(input(8, 8, 3), odd)));
    expect(error).toBeInstanceOf(UnsupportedModelError);
    expect(error.message).toMatch(text);
  });

  it('must be models of Keras with layers', () => {
    expect(failure(() => build({ class_name: 'MyModel', config: {} })).message).toMatch(/got "MyModel"/);
    expect(failure(() => build(sequential())).message).toMatch(/a model has no layers/);
    expect(failure(() => build(sequential(input(2, 2, 1), { config: {} }))).message).toMatch(/no class name/);
    expect(failure(() => build(sequential(input(2, 2, 1), input(2, 2, 1)))).message).toMatch(/same name/);
    const functional = {
      class_name: 'Functional',
      config: { layers: [input(2, 2, 1)], input_layers: [['image', 0, 0]] },
    };
    expect(failure(() => build(functional)).message).toMatch(/output_layers: a model does not say/);
  });

  it('may not be nested without end', () => {
    let model = sequential(layer('Flatten', {}));
    for (let i = 0; i < 20; i++) model = sequential(model);
    expect(failure(() => build(model)).message).toMatch(/nested too deep/);
  });

  it('say what input they lack', () => {
    expect(failure(() => build(sequential(layer('Flatten', {})))).message).toMatch(/what shape the input has/);
    const open = sequential(input(null, null, null), layer('Conv2D', { filters: 1, kernel_size: 1 }));
    expect(failure(() => build(open)).message).toMatch(/an open number of channels/);
  });
});

describe('JSON', () => {
  it('must be an object that is not nested without end', () => {
    expect(parseJson('{"a": "[[[["}', 'x')).toEqual({ a: '[[[[' });
    expect(failure(() => parseJson('[1]', 'x')).message).toMatch(/x: the JSON has the wrong shape/);
    expect(failure(() => parseJson(Uint8Array.of(0x7b, 0xff), 'x')).message).toMatch(/x: the text is not JSON/);
    expect(failure(() => parseJson(`{"a":${'['.repeat(9999)}`, 'x')).message).toMatch(/more than 500 levels/);
  });
});

describe('layers', () => {
  it('flatten images with the channels last', async () => {
    const flat = await run(sequential(input(1, 2, 2), layer('Flatten', {})), [1, 2, 1, 2], [1, 2, 3, 4]);
    expect(flat).toEqual({ dims: [1, 4], values: [1, 3, 2, 4] });
  });

  it('pad "same" with the odd pixel behind', async () => {
    const pool = sequential(input(3, 3, 1), layer('MaxPooling2D', { pool_size: 2, strides: 2, padding: 'same' }));
    expect((await run(pool, [1, 1, 3, 3], [9, 1, 2, 3, 4, 5, 6, 7, 8])).values).toEqual([9, 5, 7, 8]);
    const mean = sequential(input(3, 3, 1), layer('AveragePooling2D', { pool_size: 2, strides: 2, padding: 'same' }));
    expect((await run(mean, [1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])).values).toEqual([3, 4.5, 7.5, 9]);
  });

  it('pad before a pool with zeros, not with −∞', async () => {
    const padded = sequential(
      input(2, 2, 1),
      layer('ZeroPadding2D', { padding: 1 }),
      layer('MaxPooling2D', { pool_size: 2, strides: 2 }),
    );
    expect((await run(padded, [1, 1, 2, 2], [-1, -2, -3, -4])).values).toEqual([0, 0, 0, 0]);
  });

  it('changed the slope of hard_sigmoid in Keras 3', async () => {
    const hard = sequential(input(1, 1, 1), layer('Activation', { activation: 'hard_sigmoid' }));
    expect((await run(hard, [1, 1, 1, 1], [1.5], '2.15.0')).values).toEqual([0.8]);
    expect((await run(hard, [1, 1, 1, 1], [1.5], '3.5.0')).values).toEqual([0.75]);
  });

  it('sampled bilinear images from the corners before TensorFlow 2', async () => {
    const up = sequential(input(1, 2, 1), layer('UpSampling2D', { size: [1, 2], interpolation: 'bilinear' }));
    expect((await run(up, [1, 1, 1, 2], [0, 4], '2.2.4')).values).toEqual([0, 2, 4, 4]);
    expect((await run(up, [1, 1, 1, 2], [0, 4], '2.2.4-tf')).values).toEqual([0, 1, 3, 4]);
    expect((await run(up, [1, 1, 1, 2], [0, 4], '2.15.0')).values).toEqual([0, 1, 3, 4]);
  });

  it('flip kernels that Theano trained', async () => {
    const conv = sequential(input(1, 2, 1), layer('Conv2D', { filters: 1, kernel_size: [1, 2], use_bias: false }));
    expect((await run(conv, [1, 1, 1, 2], [100, 1000])).values).toEqual([21]);
    expect((await run(conv, [1, 1, 1, 2], [100, 1000], '2.1.6', 'theano')).values).toEqual([12]);
  });

  it('keep one weight for a layer that is used twice', () => {
    const call = (name: string, index = 0): unknown => [[[name, index, 0, {}]]];
    const json = {
      class_name: 'Functional',
      config: {
        name: 'model',
        layers: [
          { ...input(4, 4, 3), name: 'image', inbound_nodes: [] },
          {
            ...layer('Conv2D', { name: 'twice', filters: 3, kernel_size: 1 }),
            name: 'twice',
            inbound_nodes: [[['image', 0, 0, {}]], [['twice', 0, 0, {}]]],
          },
          { ...layer('Flatten', { name: 'flat' }), name: 'flat', inbound_nodes: call('twice', 1) },
        ],
        input_layers: [['image', 0, 0]],
        output_layers: [['flat', 0, 0]],
      },
    };
    const { graph, weights } = build(json);
    expect([...weights.keys()]).toEqual(['twice/kernel', 'twice/bias']);
    expect(graph.nodes.filter((node) => node.op === 'Conv').map((node) => node.name)).toEqual(['twice', 'twice:1']);
  });
});

describe('weights', () => {
  it('go into the order of the graph and back', () => {
    const layouts = [
      { dims: [2, 3, 4, 5], layout: { perm: [3, 2, 0, 1] } },
      { dims: [2, 3, 4, 5], layout: { perm: [3, 2, 0, 1], flip: [0, 1] } },
      { dims: [5, 4, 2, 3], layout: { flip: [2, 3] } },
      { dims: [2, 3, 4, 2], layout: { perm: [2, 3, 0, 1], dims: [8, 1, 2, 3] } },
      { dims: [7], layout: {} },
      { dims: [], layout: {} },
    ];
    for (const weight of layouts) {
      const values = Float32Array.from({ length: sizeOf(weight.dims) }, (_, i) => i);
      expect(sizeOf(graphDims(weight))).toBe(values.length);
      expect(toFile(weight, toGraph(weight, values))).toEqual(values);
    }
    // [h, w] = [[0, 1], [2, 3]] read backwards along both axes.
    const flipped = { dims: [2, 2, 1, 1], layout: { perm: [3, 2, 0, 1], flip: [0, 1] } };
    expect([...toGraph(flipped, Float32Array.of(0, 1, 2, 3))]).toEqual([3, 2, 1, 0]);
  });

  it('keep the bits of numbers that stay', () => {
    const stored = new Uint8Array(Float64Array.of(0.1, 0.2, 0.3).buffer);
    const values = decodeNumbers(float64, stored);
    values[1] = 0.5;
    const result = new Float64Array(replaceNumbers(float64, stored, values, 'x').buffer);
    expect([...result]).toEqual([0.1, 0.5, 0.3]);
  });

  it('are decoded at any offset', () => {
    const bytes = new Uint8Array(9);
    bytes.set(new Uint8Array(Float32Array.of(1.5, -2).buffer), 1);
    expect([...decodeNumbers(float32, bytes.subarray(1))]).toEqual([1.5, -2]);
    expect([...decodeNumbers(float16, Uint8Array.of(0x00, 0x3c, 0x00, 0xc0))]).toEqual([1, -2]);
  });
});
