/** Where a function has a kink or an infinite slope, random tests say nothing; these points are picked by hand. */
import { describe, expect, it } from 'vitest';
import { newGraph } from '../../../../src/engine/ops/newGraph';
import { gradientName } from '../../../../src/engine/graph/differentiate';
import type { Attributes } from '../../../../src/engine/graph/graph';
import { float32, floats, type Tensor } from '../../../../src/engine/graph/tensor';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';

const runtime = createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });

/** ∂(Σ weight·y)/∂input of every input, for 1-D inputs. */
async function gradients(
  op: string,
  inputs: readonly (readonly number[])[],
  attributes: Attributes = {},
  constants: readonly (Tensor | undefined)[] = [],
  weight = 1,
) {
  const b = newGraph();
  const values = inputs.map((data, i) => b.input(`x${i}`, [data.length]));
  const y = b.op(op, [...values, ...constants.map((tensor) => tensor && b.constant(tensor))], attributes);
  const loss = b.op('ReduceSum', [b.op('Mul', [y, b.scalar(weight)])], { keepdims: 0 });
  const wrt = values.map((value) => value.name);
  const session = await (await runtime).compile(b.build({ loss }), { loss: 'loss', wrt });
  const outputs = await session.run(new Map(inputs.map((data, i) => [`x${i}`, float32([data.length], data)])));
  await session.dispose();
  return wrt.map((name) => [...floats(outputs.get(gradientName(name))!)]);
}

const scalar = (value: number): Tensor => float32([], [value]);

describe('ties share one gradient', () => {
  it.each([
    ['ReduceMax', [1, 3, 3, 2], [0, 0.5, 0.5, 0]],
    ['ReduceMin', [1, 3, 1, 1], [1 / 3, 0, 1 / 3, 1 / 3]],
  ])('%s splits evenly', async (op, x, expected) => {
    const [gradient] = await gradients(op, [x]);
    gradient!.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6);
    });
  });

  it.each(['Max', 'Min'])('%s gives to the first input', async (op) => {
    expect(await gradients(op, [[1], [1], [1]])).toEqual([[1], [0], [0]]);
  });

  it('Max of an input with itself has slope 1', async () => {
    const b = newGraph();
    const x = b.input('x', [2]);
    const loss = b.op('ReduceSum', [b.op('Max', [x, x])], { keepdims: 0 });
    const session = await (await runtime).compile(b.build({ loss }), { loss: 'loss', wrt: ['x'] });
    const outputs = await session.run(new Map([['x', float32([2], [1, -1])]]));
    expect([...floats(outputs.get(gradientName('x'))!)]).toEqual([1, 1]);
    await session.dispose();
  });
});

describe('kinks have a slope between those of their two sides', () => {
  it.each<[string, number[], readonly (Tensor | undefined)[], Attributes, number[]]>([
    ['Relu', [0, -0], [], {}, [0, 0]],
    ['Abs', [0], [], {}, [0]],
    ['LeakyRelu', [0], [], { alpha: 0.25 }, [0.25]],
    ['Elu', [0], [], { alpha: 2 }, [2]],
    ['Clip', [-1, -0.999999, 1.999999, 2, 3], [scalar(-1), scalar(2)], {}, [0, 1, 1, 0, 0]],
    ['Clip', [-1e-30, 0, 1e-30, 3e38], [scalar(0), scalar(Infinity)], {}, [0, 0, 1, 1]],
    ['Clip', [-3e38, 1e5, 1.0000001e5], [scalar(-3.4028234663852886e38), scalar(1e5)], {}, [1, 0, 0]],
    ['HardSigmoid', [-2.5, 2.5], [], {}, [0, 0]],
    ['HardSwish', [-3, 3, -9, 9], [], {}, [0, 1, 0, 1]],
    ['ReduceL1', [0, 2], [], {}, [0, 1]],
    ['Softsign', [0], [], {}, [1]],
  ])('%s at %o', async (op, x, constants, attributes, expected) => {
    const [gradient] = await gradients(op, [x], attributes, constants);
    gradient!.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6);
    });
  });
});

describe('infinite slopes stay finite, and zero gradients zero', () => {
  it.each<[string, number[], readonly Tensor[]]>([
    ['Sqrt', [0, 1e-38], []],
    ['Pow', [0, 1e-38], [scalar(0.5)]],
    ['ReduceL2', [0, 0], []],
  ])('%s at %o', async (op, x, constants) => {
    const [slope] = await gradients(op, [x], {}, constants);
    expect(slope!.every(Number.isFinite)).toBe(true);
    expect(await gradients(op, [x], {}, constants, 0)).toEqual([x.map(() => 0)]);
  });

  it('Sqrt keeps the true slope down to the smallest normal number', async () => {
    const [slope] = await gradients('Sqrt', [[2 ** -126, 2 ** -100]]);
    expect(slope).toEqual([2 ** 62, 2 ** 49]);
  });

  it('ReduceL2 of a zero vector has gradient zero', async () => {
    expect(await gradients('ReduceL2', [[0, 0, 0]])).toEqual([[0, 0, 0]]);
  });

  it('Pow at 0 follows the exponent', async () => {
    for (const [exponent, slope] of [
      [0, 0],
      [1, 1],
      [2, 0],
      [3, 0],
      [1.5, 0],
    ] as const) {
      expect(await gradients('Pow', [[0]], {}, [scalar(exponent)])).toEqual([[slope]]);
    }
    // With several exponents, and differentiated with respect to them too.
    expect(
      await gradients('Pow', [
        [0, 0, 0],
        [0, 1, 2],
      ]),
    ).toEqual([
      [0, 1, 0],
      [0, 0, 0],
    ]);
  });

  it('ReduceProd with zeros gives every factor the product of the others', async () => {
    expect(await gradients('ReduceProd', [[2, 0, 3]])).toEqual([[0, 6, 0]]);
    expect(await gradients('ReduceProd', [[2, 0, 0]])).toEqual([[0, 0, 0]]);
    expect(await gradients('ReduceProd', [[2, 5, 3]])).toEqual([[15, 6, 10]]);
  });
});

describe('large arguments neither overflow nor cancel', () => {
  it.each<[string, number[], number[]]>([
    ['Softplus', [-200, 200], [0, 1]],
    ['Sigmoid', [-200, 200], [0, 0]],
    ['Tanh', [-200, 200], [0, 0]],
    ['Gelu', [-200, 200], [0, 1]],
    ['Mish', [-200, 200], [0, 1]],
    ['Elu', [-200, 200], [0, 1]],
    ['Selu', [-200], [0]],
    ['Celu', [-200, 200], [0, 1]],
    ['Softsign', [-1e30, 1e30], [0, 0]],
  ])('%s at %o', async (op, x, expected) => {
    const [gradient] = await gradients(op, [x]);
    gradient!.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6);
    });
  });

  it('LogSoftmax of logits far apart', async () => {
    const [gradient] = await gradients('LogSoftmax', [[1e4, 0, -1e4]]);
    [-2, 1, 1].forEach((value, i) => {
      expect(gradient![i]).toBeCloseTo(value, 6);
    });
  });
});
