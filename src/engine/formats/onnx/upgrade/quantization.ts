/**
 * @file Quantised networks as the numbers that their whole numbers stand for (ONNX QuantizeLinear, DequantizeLinear, opset 21): constants are
 * computed while reading; of quantising on the way, that numbers end with the range of the type is kept, that they are rounded is not.
 */
import { UnsupportedModelError } from '../../../support/errors';
import { float32, toNumbers } from '../../../graph/tensor';
import { withScales, type Quantization } from '../../quantization';
import { DATA_TYPE } from '../proto/elementType';
import { layerOf } from '../flatten/flatNode';
import type { Node } from '../../../graph/graph';
import { step, type Rule, type UpgradeContext } from './rule';

/** Ranges by the types of zero points as we read them: signed bytes as int32. */
const RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  uint8: [0, 255],
  int32: [-128, 127],
};

interface Scale extends Quantization {
  readonly range: readonly [least: number, most: number];
}

export const quantizeLinear: Rule = (node, context) => {
  const [x = '', output = ''] = [node.inputs[0], node.outputs[0]];
  const scale = scaleOf(node, context);
  const weights = context.tensor(x);
  if (weights?.dtype === 'float32') {
    const { dims, data } = weights;
    const rounded = withScales(dims, scale, (i, size, zero) => {
      const code = Math.round(Number(data[i]) / size) + zero;
      return size * (Math.max(scale.range[0], Math.min(scale.range[1], code)) - zero);
    });
    context.define(output, float32(dims, rounded));
    return [];
  }
  const [step0 = 1, zero = 0] = [scale.scales[0], scale.zeroPoints[0]];
  if (scale.scales.length > 1) throw unsupported(node, 'several scales of one value');
  const bounds = scale.range.map((code) =>
    context.constant(`${node.name}:bound`, float32([], [step0 * (code - zero)])),
  );
  return [step('Clip', [x, ...bounds], output)];
};

export const dequantizeLinear: Rule = (node, context) => {
  const [x = '', output = ''] = [node.inputs[0], node.outputs[0]];
  const codes = context.tensor(x);
  const isCode = codes !== undefined && codes.dtype !== 'float32';
  // What was quantised on the way is there as the numbers it stands for.
  if (!isCode && context.type(x)?.dtype === 'float32') return [step('Identity', [x], output)];
  const scale = scaleOf(node, context);
  if (isCode) {
    const real = withScales(codes.dims, scale, (i, size, zero) => size * (Number(codes.data[i]) - zero));
    context.define(output, float32(codes.dims, real));
    return [];
  }
  if (scale.scales.length > 1) throw unsupported(node, 'several scales of one value');
  const [codesAs, shifted] = [context.fresh(`${output}:codes`), context.fresh(`${output}:shifted`)];
  const [size, zero] = [scale.scales[0] ?? 1, scale.zeroPoints[0] ?? 0].map((value) =>
    context.constant(`${node.name}:scale`, float32([], [value])),
  );
  return [
    step('Cast', [x], codesAs, { to: DATA_TYPE.float32 }),
    step('Sub', [codesAs, zero ?? ''], shifted),
    step('Mul', [shifted, size ?? ''], output),
  ];
};

function scaleOf(node: Node, context: UpgradeContext): Scale {
  const [, scaleName = '', zeroName = ''] = node.inputs;
  const [scale, zero] = [context.known(scaleName), zeroName === '' ? undefined : context.known(zeroName)];
  if (scale === undefined || (zeroName !== '' && zero === undefined))
    throw unsupported(node, 'a scale that is computed');
  if (Number(node.attributes['block_size'] ?? 0) !== 0) throw unsupported(node, 'a scale for each block');
  const range = RANGES[zero?.dtype ?? 'uint8'];
  if (range === undefined) throw unsupported(node, 'quantising to this type');
  return {
    ...{ scales: toNumbers(scale), zeroPoints: zero === undefined ? [] : toNumbers(zero), range },
    axis: Number(node.attributes['axis'] ?? 1),
  };
}

function unsupported(node: Node, what: string): UnsupportedModelError {
  return new UnsupportedModelError(`${what} is not supported`, { place: layerOf(node) });
}
