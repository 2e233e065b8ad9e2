/** @file Quantised ONNX networks: constants as the numbers they stand for, values within their ranges, no rounding. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../../../../src/engine/formats';
import { float32, floats, type Tensor } from '../../../../../src/engine/graph/tensor';
import { dequantizeLinear, quantizeLinear } from '../../../../../src/engine/formats/onnx/upgrade/quantization';
import type { UpgradeContext } from '../../../../../src/engine/formats/onnx/upgrade/rule';
import { UnsupportedModelError } from '../../../../../src/engine/support/errors';
import { nodeFiles } from '../../../../../src/runner/files/nodeFiles';
import { readGolden } from '../../../../support/golden';
import { deviation } from '../../../../support/runModel';

const FOLDER = path.join(import.meta.dirname, '../../../../fixtures/onnx-quantized');
const MODELS = fs.readdirSync(FOLDER).filter((name) => name.endsWith('.onnx'));

describe('networks that onnxruntime has quantised', () => {
  it.each(MODELS)('%s gives its results but for rounding', async (name) => {
    const golden = readGolden(path.join(FOLDER, name.replace('.onnx', '.golden.json')));
    const model = await readModel(nodeFiles, path.join(FOLDER, name));
    // What the fixture's maker measured between the float network and the quantised one.
    const rounding = Number(/up to ([\d.]+)/.exec(golden.notes)?.[1]);
    expect(await deviation(model, golden.x, golden.y)).toBeLessThan(rounding);
    expect(model.weights.size).toBe(0);
    expect(model.findings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^The network is quantised\./),
    );
  });
});

const constants = new Map<string, Tensor>([
  ['half', float32([], [0.5])],
  ['each', float32([2], [1, 10])],
  ['zero', { dtype: 'uint8', dims: [], data: Uint8Array.of(3) }],
  ['zeros', { dtype: 'int32', dims: [2], data: Int32Array.of(0, 1) }],
  ['codes', { dtype: 'int32', dims: [2, 2], data: Int32Array.of(-128, 1, 2, 127) }],
  ['weights', float32([2, 2], [0.4, -300, 14, 16])],
]);

/** What a rule makes of a node: nodes, and constants. */
function applied(
  rule: typeof quantizeLinear,
  op: string,
  inputs: readonly string[],
  attributes = {},
): { nodes: ReturnType<typeof quantizeLinear>; made: Map<string, Tensor> } {
  const made = new Map<string, Tensor>();
  const context: UpgradeContext = {
    opset: 21,
    fresh: (hint) => hint,
    constant: (hint, tensor) => {
      made.set(`${hint}${made.size}`, tensor);
      return `${hint}${made.size - 1}`;
    },
    define: (output, tensor) => {
      made.set(output, tensor);
    },
    tensor: (name) => constants.get(name),
    known: (name) => constants.get(name),
    type: (name) => (name === 'bytes' ? { dtype: 'uint8', dims: [1] } : { dtype: 'float32', dims: [1] }),
    note: () => undefined,
  };
  return { nodes: rule({ op, name: op, inputs, outputs: ['y'], attributes }, context), made };
}

describe('quantising', () => {
  it('keeps values within the range of their type', () => {
    const { nodes, made } = applied(quantizeLinear, 'QuantizeLinear', ['x', 'half', 'zero']);
    expect(nodes).toMatchObject([{ op: 'Clip', inputs: ['x', 'QuantizeLinear:bound0', 'QuantizeLinear:bound1'] }]);
    expect([...made.values()].map(({ data }) => data[0])).toEqual([-1.5, 126]);
  });

  it('rounds weights, each with the scale of its row', () => {
    const { made } = applied(quantizeLinear, 'QuantizeLinear', ['weights', 'each', 'zeros'], { axis: 0 });
    expect(floats(made.get('y')!)).toEqual(Float32Array.of(0, -128, 10, 20));
  });

  it('reads constants as what they stand for', () => {
    const { nodes, made } = applied(dequantizeLinear, 'DequantizeLinear', ['codes', 'each', 'zeros'], { axis: 1 });
    expect(nodes).toEqual([]);
    expect(floats(made.get('y')!)).toEqual(Float32Array.of(-128, 0, 2, 1260));
  });

  it('leaves alone what was quantised on the way, and computes what the model takes as bytes', () => {
    expect(applied(dequantizeLinear, 'DequantizeLinear', ['x', 'half', 'zero']).nodes).toMatchObject([
      { op: 'Identity' },
    ]);
    const { nodes } = applied(dequantizeLinear, 'DequantizeLinear', ['bytes', 'half', 'zero']);
    expect(nodes.map(({ op }) => op)).toEqual(['Cast', 'Sub', 'Mul']);
  });

  it('is refused where scales are computed, are many for one value, or belong to blocks', () => {
    const of =
      (inputs: string[], attributes = {}) =>
      () =>
        applied(quantizeLinear, 'QuantizeLinear', inputs, attributes);
    expect(of(['x', 'elsewhere'])).toThrow(UnsupportedModelError);
    expect(of(['x', 'each', 'zeros'])).toThrow(/several scales of one value/);
    expect(of(['x', 'half', 'zero'], { block_size: 4 })).toThrow(/a scale for each block/);
  });
});
