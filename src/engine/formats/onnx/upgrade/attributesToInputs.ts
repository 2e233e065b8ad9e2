/** @file Parameters that were attributes in older opsets and are inputs now. */
import type { Attribute, Node } from '../../../graph/graph';
import { float32, type Tensor } from '../../../graph/tensor';
import type { Rule } from './rule';

type Kind = 'ints' | 'float' | 'floats';

interface Move {
  /** First opset with inputs. */
  readonly since: number;
  /** The attributes in the order of the inputs that replace them, from input 1 on. */
  readonly attributes: readonly (readonly [name: string, kind: Kind])[];
}

const AXES = [['axes', 'ints']] as const;

/** From the operator changelog of ONNX. */
const MOVES: Readonly<Record<string, Move>> = {
  Clip: {
    since: 11,
    attributes: [
      ['min', 'float'],
      ['max', 'float'],
    ],
  },
  Pad: {
    since: 11,
    attributes: [
      ['pads', 'ints'],
      ['value', 'float'],
    ],
  },
  Slice: {
    since: 10,
    attributes: [
      ['starts', 'ints'],
      ['ends', 'ints'],
      ['axes', 'ints'],
    ],
  },
  Split: { since: 13, attributes: [['split', 'ints']] },
  Squeeze: { since: 13, attributes: AXES },
  TopK: { since: 10, attributes: [['k', 'ints']] },
  Unsqueeze: { since: 13, attributes: AXES },
  ReduceSum: { since: 13, attributes: AXES },
  ...Object.fromEntries(
    ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'].map((kind) => [
      `Reduce${kind}`,
      { since: 18, attributes: AXES },
    ]),
  ),
};

export const attributesToInputs: readonly (readonly [string, Rule])[] = Object.entries(MOVES).map(([op, move]) => [
  op,
  (node, context) => {
    const moved = context.opset < move.since ? toInputs(node, move, context) : node;
    return [op === 'Split' && moved.inputs.length < 2 ? withOutputCount(moved) : moved];
  },
]);

/** Moves the attributes of `node` to inputs; absent ones become absent inputs. */
export function toInputs(node: Node, move: Move, context: Parameters<Rule>[1]): Node {
  const inputs = move.attributes.map(([name, kind]) => {
    const value = node.attributes[name];
    return value === undefined ? '' : context.constant(`${node.name}:${name}`, toTensor(value, kind));
  });
  while (inputs.at(-1) === '') inputs.pop();
  const names = new Set(move.attributes.map(([name]) => name));
  const attributes = Object.fromEntries(Object.entries(node.attributes).filter(([name]) => !names.has(name)));
  return { ...node, inputs: [...node.inputs.slice(0, 1), ...inputs], attributes };
}

/** Until opset 18 equal parts were told by the number of outputs alone. */
function withOutputCount(node: Node): Node {
  return { ...node, attributes: { num_outputs: node.outputs.length, ...node.attributes } };
}

function toTensor(value: Attribute, kind: Kind): Tensor {
  const numbers = [value].flat().map(Number);
  if (kind === 'ints') return { dtype: 'int64', dims: [numbers.length], data: BigInt64Array.from(numbers, toInt64) };
  return float32(kind === 'float' ? [] : [numbers.length], numbers);
}

/** "To the end" is written as the largest 64-bit number, which a double rounds up beyond the range. */
export function toInt64(value: number): bigint {
  if (value >= 2 ** 63) return 2n ** 63n - 1n;
  return BigInt(Math.max(value, -(2 ** 63)));
}
