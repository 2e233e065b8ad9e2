/** @file TensorFlow Lite's operators in terms of TensorFlow's: their options as attributes, what is fused as nodes. */
import type { WeightLayout } from '../keras/weights/layerWeights';
import type { TfAttribute } from '../tensorflow/graphDef';
import type { TfliteOperator } from './contents';
import type { Table } from './flatBuffer';
import type { GraphBuilder } from './graphBuilder';
import { ACTIVATION_FUNCTION_TYPE, FIELDS, MIRROR_PAD_MODE, PADDING } from './schema';

/** Adds the nodes of an operator; returns the value of each output. */
type Converter = (b: GraphBuilder, operator: TfliteOperator) => string | readonly string[];

/** Options that are left out altogether have the defaults of their fields. */
const option = (options: Table | undefined, field: number, fallback = 0): number =>
  options?.int32(field, fallback) ?? fallback;
const choice = (options: Table | undefined, field: number, names: readonly string[]): string =>
  names[options?.int8(field) ?? 0] ?? '';
const flag = (options: Table | undefined, field: number): boolean => options?.flag(field) ?? false;

const FUSED: Readonly<Record<string, string>> = { RELU: 'Relu', RELU6: 'Relu6', TANH: 'Tanh' };

/** TensorFlow's name of a fused activation; empty for none. */
function fusedName(b: GraphBuilder, operator: TfliteOperator, field: number): string[] {
  const name = choice(operator.options, field, ACTIVATION_FUNCTION_TYPE);
  if (name === 'NONE') return [];
  const known = FUSED[name];
  if (known === undefined) throw b.unsupported(operator, `the fused activation ${name}`);
  return [known];
}

/** `x`, or its activation as a node of its own. */
function activated(b: GraphBuilder, operator: TfliteOperator, x: string, field: number): string {
  const [name] = fusedName(b, operator, field);
  return name === undefined ? x : b.node(name, operator.outputs[0] ?? -1, [x]);
}

/** An operator of the same inputs, with attributes from the options. */
const direct =
  (
    op: string,
    attributes: (operator: TfliteOperator) => Readonly<Record<string, TfAttribute>> = () => ({}),
  ): Converter =>
  (b, operator) =>
    b.node(op, operator.outputs[0] ?? -1, present(b, operator), attributes(operator));

function present(b: GraphBuilder, { inputs }: TfliteOperator): string[] {
  return inputs.filter((input) => input >= 0).map((input) => b.value(input));
}

const arithmetic =
  (op: string, field: number): Converter =>
  (b, operator) =>
    activated(b, operator, b.node(op, operator.outputs[0] ?? -1, present(b, operator)), field);

/** `[Cout, H, W, Cin]` to TensorFlow's `[H, W, Cin, Cout]`. */
const DENSE: WeightLayout = { perm: [1, 2, 3, 0] };
const MATRIX: WeightLayout = { perm: [1, 0] };

function convolve(b: GraphBuilder, operator: TfliteOperator, depthwise: boolean): string {
  const { options, inputs, outputs } = operator;
  const fields = depthwise ? FIELDS.DepthwiseConv2DOptions : FIELDS.Conv2DOptions;
  const [x = -1, kernel = -1, bias = -1] = inputs;
  const [, height = 1, width = 1, channels = 1] = b.tensor(kernel)?.dims ?? [];
  const inputChannels = b.tensor(x)?.dims[3] ?? 1;
  // In memory the channels of the depthwise kernel are those of TensorFlow: each input's own ones side by side.
  const perInput: WeightLayout = { dims: [height, width, inputChannels, channels / inputChannels] };
  const weights = b.value(kernel, depthwise ? perInput : DENSE);
  const attributes = {
    strides: [1, option(options, fields.strideH), option(options, fields.strideW), 1],
    dilations: [1, option(options, fields.dilationHFactor, 1), option(options, fields.dilationWFactor, 1), 1],
    padding: choice(options, fields.padding, PADDING),
    fused_ops: [...(bias >= 0 ? ['BiasAdd'] : []), ...fusedName(b, operator, fields.fusedActivationFunction)],
  };
  const op = depthwise ? '_FusedDepthwiseConv2dNative' : '_FusedConv2D';
  return b.node(op, outputs[0] ?? -1, [b.value(x), weights, ...(bias >= 0 ? [b.value(bias)] : [])], attributes);
}

const pool =
  (op: string): Converter =>
  (b, operator) => {
    const { options, outputs } = operator;
    const fields = FIELDS.Pool2DOptions;
    const pooled = b.node(op, outputs[0] ?? -1, present(b, operator), {
      ksize: [1, option(options, fields.filterHeight), option(options, fields.filterWidth), 1],
      strides: [1, option(options, fields.strideH), option(options, fields.strideW), 1],
      padding: choice(options, fields.padding, PADDING),
    });
    return activated(b, operator, pooled, fields.fusedActivationFunction);
  };

const fullyConnected: Converter = (b, operator) => {
  const { options, inputs, outputs } = operator;
  const [x = -1, kernel = -1, bias = -1] = inputs;
  const fields = FIELDS.FullyConnectedOptions;
  const [, width = 1] = b.tensor(kernel)?.dims ?? [];
  const flat = flag(options, fields.keepNumDims) || b.tensor(x)?.dims.length === 2;
  const rows = flat ? b.value(x) : b.node('Reshape', outputs[0] ?? -1, [b.value(x), b.ints([-1, width])]);
  const fused = [...(bias >= 0 ? ['BiasAdd'] : []), ...fusedName(b, operator, fields.fusedActivationFunction)];
  const parameters = [b.value(kernel, MATRIX), ...(bias >= 0 ? [b.value(bias)] : [])];
  return b.node('_FusedMatMul', outputs[0] ?? -1, [rows, ...parameters], { fused_ops: fused });
};

const reduced = (op: string): Converter =>
  direct(op, ({ options }) => ({ keep_dims: flag(options, FIELDS.ReducerOptions.keepDims) }));

const sliced = direct('StridedSlice', ({ options }) => {
  const fields = FIELDS.StridedSliceOptions;
  return {
    begin_mask: option(options, fields.beginMask),
    end_mask: option(options, fields.endMask),
    ellipsis_mask: option(options, fields.ellipsisMask),
    new_axis_mask: option(options, fields.newAxisMask),
    shrink_axis_mask: option(options, fields.shrinkAxisMask),
  };
});

const resized = (op: string, fields: { readonly alignCorners: number; readonly halfPixelCenters: number }): Converter =>
  direct(op, ({ options }) => ({
    align_corners: flag(options, fields.alignCorners),
    half_pixel_centers: flag(options, fields.halfPixelCenters),
  }));

const concatenated: Converter = (b, operator) => {
  const { axis, fusedActivationFunction } = FIELDS.ConcatenationOptions;
  const inputs = [...present(b, operator), b.int(option(operator.options, axis))];
  return activated(b, operator, b.node('ConcatV2', operator.outputs[0] ?? -1, inputs), fusedActivationFunction);
};

const split =
  (op: string): Converter =>
  (b, operator) => {
    const attributes = { num_split: operator.outputs.length };
    const name = b.node(op, operator.outputs[0] ?? -1, present(b, operator), attributes);
    return operator.outputs.map((_, i) => (i === 0 ? name : `${name}:${i}`));
  };

export const OPERATORS: Readonly<Record<string, Converter>> = {
  CONV_2D: (b, operator) => convolve(b, operator, false),
  DEPTHWISE_CONV_2D: (b, operator) => convolve(b, operator, true),
  FULLY_CONNECTED: fullyConnected,
  AVERAGE_POOL_2D: pool('AvgPool'),
  MAX_POOL_2D: pool('MaxPool'),
  ADD: arithmetic('AddV2', FIELDS.AddOptions.fusedActivationFunction),
  SUB: arithmetic('Sub', FIELDS.SubOptions.fusedActivationFunction),
  MUL: arithmetic('Mul', FIELDS.MulOptions.fusedActivationFunction),
  DIV: arithmetic('RealDiv', FIELDS.DivOptions.fusedActivationFunction),
  ADD_N: direct('AddN'),
  MAXIMUM: direct('Maximum'),
  MINIMUM: direct('Minimum'),
  POW: direct('Pow'),
  SQUARED_DIFFERENCE: direct('SquaredDifference'),
  RELU: direct('Relu'),
  RELU6: direct('Relu6'),
  ELU: direct('Elu'),
  TANH: direct('Tanh'),
  LOGISTIC: direct('Sigmoid'),
  HARD_SWISH: direct('HardSwish'),
  GELU: direct('Gelu', ({ options }) => ({ approximate: flag(options, FIELDS.GeluOptions.approximate) })),
  LEAKY_RELU: direct('LeakyRelu', ({ options }) => ({ alpha: options?.float(FIELDS.LeakyReluOptions.alpha) ?? 0 })),
  PRELU: direct('Prelu'),
  ABS: direct('Abs'),
  CEIL: direct('Ceil'),
  COS: direct('Cos'),
  EXP: direct('Exp'),
  FLOOR: direct('Floor'),
  LOG: direct('Log'),
  NEG: direct('Neg'),
  RSQRT: direct('Rsqrt'),
  SIN: direct('Sin'),
  SQRT: direct('Sqrt'),
  SQUARE: direct('Square'),
  EQUAL: direct('Equal'),
  NOT_EQUAL: direct('NotEqual'),
  GREATER: direct('Greater'),
  GREATER_EQUAL: direct('GreaterEqual'),
  LESS: direct('Less'),
  LESS_EQUAL: direct('LessEqual'),
  LOGICAL_AND: direct('LogicalAnd'),
  LOGICAL_OR: direct('LogicalOr'),
  LOGICAL_NOT: direct('LogicalNot'),
  SELECT: direct('SelectV2'),
  SELECT_V2: direct('SelectV2'),
  CAST: (b, operator) =>
    b.node('Cast', operator.outputs[0] ?? -1, present(b, operator), {
      DstT: CASTS[b.tensor(operator.outputs[0] ?? -1)?.type ?? ''] ?? 'an unknown type',
    }),
  SOFTMAX: (b, operator) => {
    if ((operator.options?.float(FIELDS.SoftmaxOptions.beta) ?? 1) !== 1)
      throw b.unsupported(operator, 'a factor in softmax');
    return b.node('Softmax', operator.outputs[0] ?? -1, present(b, operator));
  },
  LOG_SOFTMAX: direct('LogSoftmax'),
  MEAN: reduced('Mean'),
  SUM: reduced('Sum'),
  REDUCE_MAX: reduced('Max'),
  REDUCE_MIN: reduced('Min'),
  REDUCE_PROD: reduced('Prod'),
  BATCH_MATMUL: direct('BatchMatMulV2', ({ options }) => ({
    adj_x: flag(options, FIELDS.BatchMatMulOptions.adjX),
    adj_y: flag(options, FIELDS.BatchMatMulOptions.adjY),
  })),
  RESHAPE: (b, operator) => {
    const { inputs, outputs } = operator;
    const [x = -1, shape = -1] = inputs;
    const target = shape >= 0 ? b.value(shape) : b.ints(b.tensor(outputs[0] ?? -1)?.dims ?? []);
    return b.node('Reshape', outputs[0] ?? -1, [b.value(x), target]);
  },
  SQUEEZE: direct('Squeeze', ({ options }) => ({
    squeeze_dims: options?.int32s(FIELDS.SqueezeOptions.squeezeDims) ?? [],
  })),
  EXPAND_DIMS: direct('ExpandDims'),
  TRANSPOSE: direct('Transpose'),
  CONCATENATION: concatenated,
  PACK: direct('Pack', ({ options }) => ({ axis: option(options, FIELDS.PackOptions.axis) })),
  SPLIT: split('Split'),
  SPLIT_V: split('SplitV'),
  GATHER: (b, operator) => {
    const axis = option(operator.options, FIELDS.GatherOptions.axis);
    return b.node('GatherV2', operator.outputs[0] ?? -1, [...present(b, operator), b.int(axis)]);
  },
  SHAPE: direct('Shape'),
  FILL: direct('Fill'),
  RANGE: direct('Range'),
  TILE: direct('Tile'),
  SLICE: direct('Slice'),
  STRIDED_SLICE: sliced,
  PAD: direct('Pad'),
  PADV2: direct('PadV2'),
  MIRROR_PAD: direct('MirrorPad', ({ options }) => ({
    mode: choice(options, FIELDS.MirrorPadOptions.mode, MIRROR_PAD_MODE),
  })),
  RESIZE_BILINEAR: resized('ResizeBilinear', FIELDS.ResizeBilinearOptions),
  RESIZE_NEAREST_NEIGHBOR: resized('ResizeNearestNeighbor', FIELDS.ResizeNearestNeighborOptions),
  SPACE_TO_BATCH_ND: direct('SpaceToBatchND'),
  BATCH_TO_SPACE_ND: direct('BatchToSpaceND'),
  QUANTIZE: direct('Identity'),
  DEQUANTIZE: (b, operator) => {
    const [from = -1, to = -1] = [operator.inputs[0], operator.outputs[0]];
    return b.alias(to, from) ? [] : b.node('Identity', to, present(b, operator));
  },
};

const CASTS: Readonly<Record<string, string>> = {
  FLOAT32: 'DT_FLOAT',
  FLOAT16: 'DT_FLOAT',
  INT32: 'DT_INT32',
  INT64: 'DT_INT64',
  BOOL: 'DT_BOOL',
};
