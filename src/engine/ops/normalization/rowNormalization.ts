/** @file Normalizations by the statistics of the input itself (ONNX LayerNormalization, GroupNormalization, …). */
import { ModelFormatError } from '../../support/errors';
import type { NodeBuilder, Value } from '../../graph/nodeBuilder';
import { sameDims, showDims, sizeOf, type TensorType } from '../../graph/tensor';
import {
  floatAttribute,
  intAttribute,
  normalizeAxis,
  place,
  required,
  shapeMismatch,
  unsupported,
} from '../shared/attributes';
import { broadcastDims, reduceTo, reshapeTo } from '../shared/broadcast';
import type { OpContext, OpDefinition, TensorFlow, TfTensor } from '../../graph/operator';
import { channelDims, inferPerChannel } from '../shared/perChannel';
import { incoming, requireOneType, whereNeeded } from '../shared/rules';

type Named = Pick<OpContext, 'op' | 'name' | 'attributes'>;

function epsilonOf(context: Named): number {
  return floatAttribute(context, 'epsilon', 1e-5);
}

/** `x` as rows that are each normalized on their own. */
interface Rows {
  readonly dims: readonly [number, number];
}

/** (x − mean)/√(variance + ε) of every row, and the factor 1/√(variance + ε), `[rows, 1]`. */
function normalizedRows(b: NodeBuilder, x: Value, { dims }: Rows, epsilon: number): [Value, Value] {
  const outputs = b.ops(
    'LayerNormalization',
    [reshapeTo(b, x, dims), b.filled([dims[1]], 1)],
    { axis: -1, epsilon },
    { outputs: 3 },
  );
  const [normalized, , factor] = outputs;
  if (normalized === undefined || factor === undefined) throw new RangeError('LayerNormalization has three outputs');
  return [normalized, factor];
}

/** ∂loss/∂x of the normalization of rows, from ∂loss/∂normalized. */
function rowsGradient(b: NodeBuilder, slope: Value, normalized: Value, factor: Value): Value {
  const mean = (value: Value): Value => b.op('ReduceMean', [value, b.ints([1])], { keepdims: 1 });
  const centred = b.op('Sub', [slope, mean(slope)]);
  const tilted = b.op('Mul', [normalized, mean(b.op('Mul', [slope, normalized]))]);
  return b.op('Mul', [b.op('Sub', [centred, tilted]), factor]);
}

function rowsKernel(tf: TensorFlow, x: TfTensor, { dims }: Rows, epsilon: number): TfTensor {
  const rows = tf.reshape(x, [...dims]);
  const { mean, variance } = tf.moments(rows, 1, true);
  return tf.reshape(tf.div(tf.sub(rows, mean), tf.sqrt(tf.add(variance, epsilon))), x.shape);
}

/**
 * Normalization of rows, then scale and bias. `rowsOf` says how the input falls into rows, `parameterDims` how scale
 * and bias broadcast with the input.
 */
function rowNormalization(
  infer: (context: OpContext) => TensorType[],
  rowsOf: (context: Named, dims: readonly number[]) => Rows,
  parameterDims: (dims: readonly number[], parameter: readonly number[]) => readonly number[],
): OpDefinition {
  return {
    infer,
    gradient: (context) => {
      const { b } = context;
      if (context.gradients.slice(1).some((gradient) => gradient !== undefined)) {
        throw unsupported(context, 'the gradient of the statistics');
      }
      const [x, scale, dy] = [required(context, 0), required(context, 1), incoming(context)];
      const rows = rowsOf(context, x.dims);
      const [normalized, factor] = normalizedRows(b, x, rows, epsilonOf(context));
      const dims = parameterDims(x.dims, scale.dims);
      return whereNeeded(
        context,
        () => {
          const slope = reshapeTo(b, b.op('Mul', [dy, reshapeTo(b, scale, dims)]), rows.dims);
          return reshapeTo(b, rowsGradient(b, slope, normalized, factor), x.dims);
        },
        () => {
          const product = b.op('Mul', [dy, reshapeTo(b, normalized, x.dims)]);
          return reshapeTo(b, reduceTo(b, product, dims), scale.dims);
        },
        () => {
          const bias = required(context, 2);
          return reshapeTo(b, reduceTo(b, dy, parameterDims(x.dims, bias.dims)), bias.dims);
        },
      );
    },
    kernel: (context) => {
      const { tf } = context;
      const [x, scale, bias] = [required(context, 0), required(context, 1), context.inputs[2]];
      if (context.outputCount > 1) throw unsupported(context, 'the output of statistics in TensorFlow.js');
      const fit = (parameter: TfTensor): TfTensor =>
        tf.reshape(parameter, [...parameterDims(x.shape, parameter.shape)]);
      const normalized = rowsKernel(tf, x, rowsOf(context, x.shape), epsilonOf(context));
      const y = tf.mul(normalized, fit(scale));
      return [bias === undefined ? y : tf.add(y, fit(bias))];
    },
  };
}

/** All axes from `axis` on are normalized together. */
function layerRows(context: Named, dims: readonly number[]): Rows {
  const axis = normalizeAxis(context, intAttribute(context, 'axis', -1), dims.length);
  return { dims: [sizeOf(dims.slice(0, axis)), sizeOf(dims.slice(axis))] };
}

function inferLayer(context: OpContext): TensorType[] {
  const [x, scale, bias] = [required(context, 0), required(context, 1), context.inputs[2]];
  const axis = normalizeAxis(context, intAttribute(context, 'axis', -1), x.dims.length);
  for (const parameter of bias === undefined ? [scale] : [scale, bias]) {
    requireOneType(context, [x, parameter]);
    if (!sameDims(broadcastDims(context, [x, parameter]), x.dims)) {
      throw shapeMismatch(context, `a parameter that broadcasts to ${showDims(x.dims)}`, parameter);
    }
  }
  const statistics = { dtype: x.dtype, dims: x.dims.map((dim, i) => (i < axis ? dim : 1)) };
  return [{ dtype: x.dtype, dims: x.dims }, statistics, statistics].slice(0, context.outputCount);
}

/** The channels fall into groups; each group of each image is normalized. */
function groupRows(context: Named, dims: readonly number[]): Rows {
  const [n = 1, channels = 1] = dims;
  const groups = context.op === 'InstanceNormalization' ? channels : intAttribute(context, 'num_groups');
  if (!Number.isSafeInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new ModelFormatError('attribute "num_groups" is wrong', {
      place: place(context),
      expected: `a divisor of ${String(channels)} channels`,
      got: String(groups),
    });
  }
  return { dims: [n * groups, sizeOf(dims) / (n * groups)] };
}

function inferGroups(context: OpContext): TensorType[] {
  const types = inferPerChannel(context, 2);
  groupRows(context, required(context, 0).dims);
  return types;
}

export const layerNormalization = rowNormalization(inferLayer, layerRows, (_, parameter) => parameter);
export const groupNormalization = rowNormalization(inferGroups, groupRows, channelDims);
