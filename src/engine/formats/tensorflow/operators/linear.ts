/** @file Matrix products, normalisations, softmax and reductions. */
import { NCHW_AXES } from '../../keras/kerasTensor';
import type { NodeConverter, OperatorConverter, OperatorFamily, TfValue } from '../nodeConverter';
import { activate } from './activation';

function matMul(node: NodeConverter, part = ''): TfValue {
  const [a, b] = [node.tf(0), node.tf(1)];
  const turned = (x: TfValue, ...flags: readonly string[]): string => {
    if (!flags.some((flag) => node.flag(flag))) return x.value;
    if (x.rank === undefined) throw node.unsupported('a matrix product of values whose rank is open');
    const axes = Array.from({ length: x.rank }, (_, axis) => axis);
    const perm = [...axes.slice(0, -2), x.rank - 1, x.rank - 2];
    return node.op('Transpose', [x.value], { perm }, flags[0]);
  };
  const inputs = [turned(a, 'transpose_a', 'adj_x'), turned(b, 'transpose_b', 'adj_y')];
  return { value: node.op('MatMul', inputs, {}, part), rank: a.rank ?? b.rank, order: 'tf' };
}

const reduction =
  (op: string): OperatorConverter =>
  (node) => {
    const keepdims = node.flag('keep_dims');
    const x = node.value(0);
    const axes = node.known(1, 'axes').map((axis) => (axis < 0 ? axis + (x.rank ?? 0) : axis));
    // Over positions alone, as a global pool does: what is left has its axes in TensorFlow's order already.
    const global = x.order === 'nchw' && [...axes].sort().join() === '1,2';
    const source = global || (keepdims && x.order === 'nchw') ? x : node.asTf(x);
    const stored = source.order === 'nchw' ? axes.map((axis) => NCHW_AXES[axis] ?? axis) : axes;
    const attributes = { keepdims: keepdims ? 1 : 0 };
    return {
      value: node.op(op, [source.value, node.ints(stored)], attributes),
      rank: x.rank === undefined || keepdims ? x.rank : x.rank - axes.length,
      order: keepdims ? source.order : 'tf',
    };
  };

const softmax =
  (op: string): OperatorConverter =>
  (node) =>
    node.map(node.tf(0), op, { axis: -1 });

const normalized: OperatorConverter = (node) => {
  const x = node.text('data_format', 'NHWC') === 'NCHW' ? node.tf(0) : node.nchw(0);
  if (node.flag('is_training', true)) return byOwnStatistics(node, x);
  const parameters = [1, 2, 3, 4].map((i) => node.weight(i));
  return node.map(x, 'BatchNormalization', { epsilon: node.number('epsilon', 1e-4) }, parameters);
};

/** Keras 2 normalises layers by a batch normalisation in training, whose "channels" are the rows. */
function byOwnStatistics(node: NodeConverter, x: TfValue): TfValue {
  const axes = node.ints([0, 2, 3]);
  const centred = node.op('Sub', [x.value, node.op('ReduceMean', [x.value, axes], {}, 'mean')], {}, 'centred');
  const squares = node.op('Mul', [centred, centred], {}, 'squares');
  const variance = node.op('ReduceMean', [squares, axes], {}, 'variance');
  const spread = node.op('Add', [variance, node.scalar(node.number('epsilon', 1e-4))], {}, 'spread');
  const unit = node.op('Div', [centred, node.op('Sqrt', [spread], {}, 'deviation')], {}, 'unit');
  const [scale, offset] = [1, 2].map((i) =>
    node.op('Unsqueeze', [node.value(i).value, node.ints([1, 2])], {}, `parameter${i}`),
  );
  return { ...x, value: node.op('Add', [node.op('Mul', [unit, scale ?? ''], {}, 'scaled'), offset ?? '']) };
}

export const linear = {
  MatMul: (node) => matMul(node),
  BatchMatMul: (node) => matMul(node),
  BatchMatMulV2: (node) => matMul(node),
  _FusedMatMul: (node) => {
    const names = node.texts('fused_ops');
    return names.reduce(
      (x, name) =>
        name === 'BiasAdd'
          ? { ...x, value: node.op('Add', [x.value, node.value(2).value], {}, 'bias') }
          : activate(node, x, name, 3),
      matMul(node, 'product'),
    );
  },
  FusedBatchNorm: normalized,
  FusedBatchNormV2: normalized,
  FusedBatchNormV3: normalized,
  Softmax: softmax('Softmax'),
  LogSoftmax: softmax('LogSoftmax'),
  Mean: reduction('ReduceMean'),
  Sum: reduction('ReduceSum'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
} satisfies OperatorFamily;
