/** @file Operators on single elements, and on pairs of them with NumPy's broadcasting. */
import {
  isImages,
  type NodeConverter,
  type OperatorConverter,
  type OperatorFamily,
  type TfValue,
} from '../nodeConverter';

const unary =
  (op: string): OperatorConverter =>
  (node) =>
    node.map(node.value(0), op);

export const binary =
  (op: string): OperatorConverter =>
  (node) => {
    const { a, b, result } = aligned(node);
    return { ...result, value: node.op(op, [a, b]) };
  };

interface Aligned {
  readonly a: string;
  readonly b: string;
  /** What their combination is, but for its name. */
  readonly result: Omit<TfValue, 'value'>;
}

/** Both inputs with axes that broadcast to each other. */
export function aligned(node: NodeConverter): Aligned {
  const image = [node.operand(0), node.operand(1)].some(isImages);
  const beside = image ? [besideImages(node, 0), besideImages(node, 1)] : [];
  const [a = node.tf(0), b = node.tf(1)] = beside.includes(undefined) ? [] : beside;
  const rank = a.rank === undefined || b.rank === undefined ? undefined : Math.max(a.rank, b.rank);
  const spread = a.spread ?? b.spread;
  const order = a.order === 'nchw' || b.order === 'nchw' ? 'nchw' : 'tf';
  return { a: a.value, b: b.value, result: { rank, order, ...(spread && { spread }) } };
}

/** Input `i` as it broadcasts to `[N, C, H, W]`; `undefined` where it has to be the images that change. */
function besideImages(node: NodeConverter, i: number): TfValue | undefined {
  const operand = node.operand(i);
  const rank = 'constant' in operand ? operand.constant.dims.length : operand.rank;
  if (rank === 4) return node.nchw(i);
  if (rank === 0) return node.value(i);
  if (rank !== 1) return undefined;
  if ('constant' in operand) {
    return { value: node.weight(i, ([channels = 1]) => ({ dims: [channels, 1, 1] })), rank: 1, order: 'tf' };
  }
  return { ...operand, value: node.op('Unsqueeze', [operand.value, node.ints([1, 2])], {}, `channels${i}`) };
}

export const elementwise = {
  Abs: unary('Abs'),
  Ceil: unary('Ceil'),
  Cos: unary('Cos'),
  Erf: unary('Erf'),
  Exp: unary('Exp'),
  Floor: unary('Floor'),
  Log: unary('Log'),
  Neg: unary('Neg'),
  Reciprocal: unary('Reciprocal'),
  Round: unary('Round'),
  Sign: unary('Sign'),
  Sin: unary('Sin'),
  Sqrt: unary('Sqrt'),
  Rsqrt: (node) => {
    const x = node.value(0);
    return { ...x, value: node.op('Reciprocal', [node.op('Sqrt', [x.value], {}, 'sqrt')]) };
  },
  Square: (node) => {
    const x = node.value(0);
    return { ...x, value: node.op('Mul', [x.value, x.value]) };
  },
  Add: binary('Add'),
  AddV2: binary('Add'),
  BiasAdd: binary('Add'),
  Sub: binary('Sub'),
  Mul: binary('Mul'),
  Div: binary('Div'),
  RealDiv: binary('Div'),
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Pow: binary('Pow'),
  SquaredDifference: (node) => {
    const { a, b, result } = aligned(node);
    const difference = node.op('Sub', [a, b], {}, 'difference');
    return { ...result, value: node.op('Mul', [difference, difference]) };
  },
  AddN: (node) => {
    const images = node.operands.every(isImages);
    const all = node.operands.map((_, i) => (images ? node.nchw(i) : node.tf(i)));
    return {
      ...node.value(0),
      order: images ? 'nchw' : 'tf',
      value: node.op(
        'Sum',
        all.map(({ value }) => value),
      ),
    };
  },
  Cast: (node) => {
    const to = CASTS.get(node.text('DstT', ''));
    if (to === undefined) throw node.unsupported(`a cast to ${node.text('DstT', 'an unknown type')}`);
    return node.map(node.value(0), 'Cast', { to });
  },
} satisfies OperatorFamily;

/** ONNX's numbers of the types; whole numbers are int64 here. */
const CASTS: ReadonlyMap<string, number> = new Map([
  ['DT_FLOAT', 1],
  ['DT_HALF', 1],
  ['DT_INT32', 7],
  ['DT_INT64', 7],
  ['DT_BOOL', 9],
]);
