/** @file Convolutions and pools, with what optimised graphs fuse into them. */
import type { Attributes } from '../../../graph/graph';
import type { WeightLayout } from '../../keras/weights/layerWeights';
import type { NodeConverter, OperatorFamily, TfValue } from '../nodeConverter';
import { activate } from './activation';

/** `[H, W, Cin, Cout]` to `[Cout, Cin, H, W]`. */
const DENSE: WeightLayout = { perm: [3, 2, 0, 1] };

/** `[H, W, C, m]` to `[C·m, 1, H, W]`. */
function depthwise([height = 1, width = 1, channels = 1, multiplier = 1]: readonly number[]): WeightLayout {
  return { perm: [2, 3, 0, 1], dims: [channels * multiplier, 1, height, width] };
}

export const convolutions = {
  Conv2D: (node) => convolve(node, 1),
  _FusedConv2D: (node) => fused(node, convolve(node, 1)),
  FusedConv2D: (node) => fused(node, convolve(node, 1)),
  DepthwiseConv2dNative: (node) => convolve(node, node.constant(1)?.dims[2] ?? 1, true),
  FusedDepthwiseConv2dNative: (node) => fused(node, convolve(node, node.constant(1)?.dims[2] ?? 1, true)),
  _FusedDepthwiseConv2dNative: (node) => fused(node, convolve(node, node.constant(1)?.dims[2] ?? 1, true)),
  MaxPool: (node) => pool(node, 'MaxPool'),
  AvgPool: (node) => pool(node, 'AveragePool'),
} satisfies OperatorFamily;

function convolve(node: NodeConverter, group: number, perChannel = false): TfValue {
  const kernel = node.constant(1);
  if (kernel?.dims.length !== 4) throw node.unsupported('a kernel that the network computes');
  const weights = node.weight(1, perChannel ? depthwise : () => DENSE);
  const x = imagesOf(node);
  const { spread } = x;
  if (spread !== undefined && node.text('padding', 'VALID') !== 'VALID') throw node.unsupported('padding twice');
  const attributes = {
    ...window(node, kernel.dims.slice(0, 2)),
    dilations: spatial(node, node.numbers('dilations')),
    group,
    ...(spread && { dilations: spread.block, pads: spread.pads }),
  };
  return { ...x, rank: 4, value: node.op('Conv', [x.value, weights], attributes, fusedPart(node)) };
}

function pool(node: NodeConverter, op: string): TfValue {
  const x = imagesOf(node);
  return { ...x, rank: 4, value: node.op(op, [x.value], window(node, spatial(node, node.numbers('ksize')))) };
}

/** What is fused comes behind and bears the node's own name. */
function fusedPart(node: NodeConverter): string {
  return node.texts('fused_ops').length === 0 ? '' : 'conv';
}

function channelsFirst(node: NodeConverter): boolean {
  return node.text('data_format', 'NHWC') === 'NCHW';
}

function imagesOf(node: NodeConverter): TfValue {
  return channelsFirst(node) ? node.tf(0) : node.nchw(0);
}

/** The two spatial numbers of four, as the data format has them. */
function spatial(node: NodeConverter, four: readonly number[]): number[] {
  if (four.length !== 4) return [1, 1];
  return channelsFirst(node) ? four.slice(2) : four.slice(1, 3);
}

/** TensorFlow's "SAME" puts the odd pixel at the end, as `SAME_UPPER` does. */
function window(node: NodeConverter, size: readonly number[]): Attributes {
  const padding = node.text('padding', 'VALID');
  const explicit = spatialPairs(node, node.numbers('explicit_paddings'));
  if (padding === 'EXPLICIT' ? explicit === undefined : padding !== 'SAME' && padding !== 'VALID') {
    throw node.unsupported(`padding "${padding}"`);
  }
  return {
    kernel_shape: size,
    strides: spatial(node, node.numbers('strides')),
    ...(padding === 'SAME' ? { auto_pad: 'SAME_UPPER' } : { pads: padding === 'EXPLICIT' ? explicit : [0, 0, 0, 0] }),
  } as Attributes;
}

/** `[begin, end]` of each of four axes to ONNX's pads. */
function spatialPairs(node: NodeConverter, eight: readonly number[]): number[] | undefined {
  if (eight.length !== 8) return undefined;
  const [top = 0, bottom = 0, left = 0, right = 0] = channelsFirst(node) ? eight.slice(4) : eight.slice(2, 6);
  return [top, left, bottom, right];
}

/** Bias or batch normalisation, and an activation. */
function fused(node: NodeConverter, x: TfValue): TfValue {
  const names = node.texts('fused_ops');
  let [result, next] = [x, 2];
  for (const name of names) {
    if (name === 'BiasAdd') {
      const bias = node.weight(next++, ([channels = 1]) => ({ dims: [channels, 1, 1] }));
      result = { ...result, value: node.op('Add', [result.value, bias], {}, 'bias') };
    } else if (name === 'FusedBatchNorm') {
      const parameters = [0, 1, 2, 3].map((i) => node.weight(next + i));
      next += 4;
      const attributes = { epsilon: node.number('epsilon', 1e-4) };
      result = { ...result, value: node.op('BatchNormalization', [result.value, ...parameters], attributes, 'norm') };
    } else {
      result = activate(node, result, name, next);
    }
  }
  return result;
}
