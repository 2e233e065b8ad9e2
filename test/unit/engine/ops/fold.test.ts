import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../../../../src/engine/graph/builder';
import type { Value } from '../../../../src/engine/graph/nodeBuilder';
import { newGraph } from '../../../../src/engine/ops/newGraph';
import type { Attributes } from '../../../../src/engine/graph/graph';
import { bool, float32, int64, type Tensor } from '../../../../src/engine/graph/tensor';
import { operator } from '../../../../src/engine/ops';
import { ONNX_TYPE } from '../../../../src/engine/ops/elementwise/cast';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import { cases as comparison } from '../../../support/cases/comparison';
import { cases as elementwise } from '../../../support/cases/elementwise';
import { cases as indexing } from '../../../support/cases/indexing';
import { cases as movement } from '../../../support/cases/movement';
import { cases as reduce } from '../../../support/cases/reduce';
import { buildCase, expectClose, generator } from '../../../support/operatorHarness';

/** The outputs of an operator whose inputs are all constants; `undefined` for one that stays a node. */
function fold(op: string, inputs: readonly (Tensor | undefined)[], attributes: Attributes = {}, outputs = 1) {
  const b = newGraph();
  const values = inputs.map((tensor) => tensor && b.constant(tensor));
  return b.ops(op, values, attributes, { outputs }).map((value) => plain(b, value));
}

/** Element type, shape and elements. */
function plain(b: GraphBuilder, value: Value) {
  const tensor = b.constantOf(value);
  return tensor && [tensor.dtype, tensor.dims, Array.from<number | bigint>(tensor.data)];
}

const ints = (...values: number[]): Tensor => int64([values.length], values);
const int = (value: number): Tensor => int64([], [value]);
const floats = (...values: number[]): Tensor => float32([values.length], values);
const vector = (...values: bigint[]) => [['int64', [values.length], values]];
const matrix = int64([2, 3], [1, 2, 3, 4, 5, 6]);

describe('shape arithmetic is folded', () => {
  it.each<[string, readonly (Tensor | undefined)[], Attributes, readonly unknown[]]>([
    ['Add', [ints(1, 2), int(10)], {}, vector(11n, 12n)],
    ['Sub', [ints(1, 2), int(10)], {}, vector(-9n, -8n)],
    ['Mul', [ints(3, -4), ints(5, 6)], {}, vector(15n, -24n)],
    ['Div', [ints(7, -7, 7, -7), ints(2, 2, -2, -2)], {}, vector(3n, -3n, -3n, 3n)],
    ['Mod', [ints(7, -7, 7, -7), ints(2, 2, -2, -2)], {}, vector(1n, 1n, -1n, -1n)],
    ['Mod', [ints(7, -7, 7, -7), ints(2, 2, -2, -2)], { fmod: 1 }, vector(1n, -1n, 1n, -1n)],
    ['Max', [ints(1, 5), ints(3, 2), int(2)], {}, vector(3n, 5n)],
    ['Min', [ints(1, 5), ints(3, 2), int(2)], {}, vector(1n, 2n)],
    ['Neg', [ints(3, -4)], {}, vector(-3n, 4n)],
    ['Pow', [ints(2, 3), int(3)], {}, vector(8n, 27n)],
    ['Floor', [floats(1.5, -1.5)], {}, [['float32', [2], [1, -2]]]],
    ['Ceil', [floats(1.5, -1.5)], {}, [['float32', [2], [2, -1]]]],
    ['Round', [floats(0.5, 1.5, 2.5, -0.5, -1.5, 1.2)], {}, [['float32', [6], [0, 2, 2, -0, -2, 1]]]],
    ['Sqrt', [floats(4, 9)], {}, [['float32', [2], [2, 3]]]],
    ['Div', [floats(1), floats(4)], {}, [['float32', [1], [0.25]]]],
    ['Cast', [floats(2.9, -2.9)], { to: ONNX_TYPE.int64 }, vector(2n, -2n)],
    ['Cast', [ints(0, 7)], { to: ONNX_TYPE.float32 }, [['float32', [2], [0, 7]]]],
    ['Cast', [floats(0, 0.5)], { to: ONNX_TYPE.bool }, [['bool', [2], [0, 1]]]],
    ['Equal', [ints(1, 2), int(2)], {}, [['bool', [2], [0, 1]]]],
    ['Less', [ints(1, 2), int(2)], {}, [['bool', [2], [1, 0]]]],
    ['Not', [bool([2], [true, false])], {}, [['bool', [2], [0, 1]]]],
    ['Where', [bool([2], [true, false]), ints(1, 2), int(9)], {}, vector(1n, 9n)],
    ['Reshape', [matrix, ints(-1)], {}, vector(1n, 2n, 3n, 4n, 5n, 6n)],
    ['Flatten', [matrix], { axis: 0 }, [['int64', [1, 6], [1n, 2n, 3n, 4n, 5n, 6n]]]],
    ['Squeeze', [int64([1], [4])], {}, [['int64', [], [4n]]]],
    ['Unsqueeze', [int(4), ints(0)], {}, vector(4n)],
    ['Identity', [ints(4)], {}, vector(4n)],
    ['Transpose', [matrix], {}, [['int64', [3, 2], [1n, 4n, 2n, 5n, 3n, 6n]]]],
    ['Concat', [ints(1), ints(), ints(2, 3)], { axis: 0 }, vector(1n, 2n, 3n)],
    ['Concat', [matrix, int64([2, 1], [8, 9])], { axis: 1 }, [['int64', [2, 4], [1n, 2n, 3n, 8n, 4n, 5n, 6n, 9n]]]],
    ['Expand', [int64([2, 1], [1, 2]), ints(2, 2)], {}, [['int64', [2, 2], [1n, 1n, 2n, 2n]]]],
    ['Tile', [ints(1, 2), ints(2)], {}, vector(1n, 2n, 1n, 2n)],
    ['Tile', [int64([2, 1], [1, 2]), ints(1, 2)], {}, [['int64', [2, 2], [1n, 1n, 2n, 2n]]]],
    ['Slice', [ints(1, 2, 3, 4, 5), ints(1), ints(-1)], {}, vector(2n, 3n, 4n)],
    ['Slice', [ints(1, 2, 3, 4, 5), ints(-1), ints(-9), ints(0), ints(-2)], {}, vector(5n, 3n, 1n)],
    ['Slice', [matrix, ints(1), ints(9), ints(1), ints(1)], {}, [['int64', [2, 2], [2n, 3n, 5n, 6n]]]],
    ['Gather', [ints(7, 8, 9), int(-1)], {}, [['int64', [], [9n]]]],
    ['Gather', [ints(7, 8, 9), ints(2, 0)], {}, vector(9n, 7n)],
    ['Gather', [matrix, ints(2, 0)], { axis: 1 }, [['int64', [2, 2], [3n, 1n, 6n, 4n]]]],
    ['Range', [int(2), int(9), int(3)], {}, vector(2n, 5n, 8n)],
    ['Range', [int(3), int(0), int(-1)], {}, vector(3n, 2n, 1n)],
    ['Range', [int(3), int(0), int(1)], {}, vector()],
    ['ConstantOfShape', [ints(2, 2)], {}, [['float32', [2, 2], [0, 0, 0, 0]]]],
    ['ReduceProd', [ints(2, 3, 4)], { keepdims: 0 }, [['int64', [], [24n]]]],
    ['ReduceProd', [matrix, ints(1)], { keepdims: 0 }, vector(6n, 120n)],
    ['ReduceSum', [matrix, ints(0)], { keepdims: 1 }, [['int64', [1, 3], [5n, 7n, 9n]]]],
    ['ReduceMax', [matrix], { keepdims: 0 }, [['int64', [], [6n]]]],
    ['ReduceMin', [matrix], { keepdims: 0 }, [['int64', [], [1n]]]],
  ])('%s of %o with %o', (op, inputs, attributes, expected) => {
    expect(fold(op, inputs, attributes)).toEqual(expected);
  });

  it('Split gives every part', () => {
    expect(fold('Split', [matrix, ints(1, 2)], { axis: 1 }, 2)).toEqual([
      ['int64', [2, 1], [1n, 4n]],
      ['int64', [2, 2], [2n, 3n, 5n, 6n]],
    ]);
    expect(fold('Split', [ints(1, 2, 3)], { num_outputs: 2 }, 2)).toEqual([...vector(1n, 2n), ...vector(3n)]);
  });

  it('Shape and Size need no value, only a shape', () => {
    const b = newGraph();
    const x = b.input('x', [2, 3, 4, 5]);
    expect(plain(b, b.op('Shape', [x]))).toEqual(vector(2n, 3n, 4n, 5n)[0]);
    expect(plain(b, b.op('Shape', [x], { start: 1, end: -1 }))).toEqual(vector(3n, 4n)[0]);
    expect(plain(b, b.op('Shape', [x], { start: -2, end: 9 }))).toEqual(vector(4n, 5n)[0]);
    expect(plain(b, b.op('Size', [x]))).toEqual(['int64', [], [120n]]);
  });

  it('the flattening of an exporter becomes one constant shape', () => {
    const b = newGraph();
    const x = b.input('x', [2, 3, 4, 5]);
    const batch = b.op('Unsqueeze', [b.op('Gather', [b.op('Shape', [x]), b.constant(int(0))]), b.ints([0])]);
    const shape = b.op('Concat', [batch, b.ints([-1])], { axis: 0 });
    expect(b.op('Reshape', [x, shape]).dims).toEqual([2, 60]);
    expect(b.nodes.map((node) => node.op)).toEqual(['Reshape']);
  });
});

describe('what is not folded', () => {
  it('stays a node when an input is computed', () => {
    const b = newGraph();
    const x = b.input('x', [2], 'int64');
    for (const op of ['Add', 'Equal', 'Max']) expect(b.constantOf(b.op(op, [x, b.ints([1, 2])]))).toBeUndefined();
    expect(b.constantOf(b.op('Concat', [x, b.ints([1])], { axis: 0 }))).toBeUndefined();
    expect(b.constantOf(b.op('Gather', [b.ints([5, 6]), x]))).toBeUndefined();
  });

  it('keeps int64 values exact while moving them, and does not round them in arithmetic', () => {
    const largest: Tensor = { dtype: 'int64', dims: [1], data: BigInt64Array.of(9223372036854775807n) };
    expect(fold('Concat', [largest, ints(1)], { axis: 0 })).toEqual(vector(9223372036854775807n, 1n));
    expect(fold('Unsqueeze', [largest, ints(0)])).toEqual([['int64', [1, 1], [9223372036854775807n]]]);
    expect(fold('Sub', [largest, ints(1)])).toEqual([undefined]);
  });

  it('leaves what an element type cannot hold to the runtime', () => {
    expect(fold('Cast', [floats(NaN)], { to: ONNX_TYPE.int64 })).toEqual([undefined]);
    expect(fold('Cast', [floats(3e9)], { to: ONNX_TYPE.int32 })).toEqual([undefined]);
    expect(fold('Cast', [ints(-1)], { to: ONNX_TYPE.uint8 })).toEqual([undefined]);
    expect(fold('Div', [ints(1), ints(0)])).toEqual([undefined]);
  });

  it('leaves large results and the summary of large weights to the runtime', () => {
    expect(fold('Expand', [floats(1), ints(70_000)])).toEqual([undefined]);
    expect(fold('ReduceSum', [float32([70_000], new Float32Array(70_000))])).toEqual([undefined]);
  });
});

describe('folding agrees with ONNX Runtime', () => {
  const foldable = [...elementwise, ...comparison, ...movement, ...indexing, ...reduce].filter(
    ({ op }) => operator(op, op).fold !== undefined,
  );
  const runtime = createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });

  it.each(foldable.map((testCase) => [`${testCase.op}: ${testCase.title}`, testCase] as const))(
    '%s',
    async (title, testCase) => {
      const { graph, feeds } = buildCase({ ...testCase, gradient: false }, generator(7));
      const b = newGraph();
      const constants = new Map([...feeds].map(([name, tensor]) => [name, b.constant(tensor)]));
      const folded = b.constantOf(b.inline(graph, constants).get('y')!);

      const session = await (await runtime).compile(graph);
      const outputs = await session.run(feeds);
      await session.dispose();
      expect(folded?.dtype).toBe(outputs.get('y')!.dtype);
      expectClose(folded!, outputs.get('y')!, 1e-6, title);
    },
  );
});
