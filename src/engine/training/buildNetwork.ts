/** @file Networks as graphs with fresh weights, from lists of layers. */
import type { Graph, Node } from '../graph/graph';
import { float32, scalar, sizeOf, type Tensor } from '../graph/tensor';
import { Random } from '../support/random';
import type { ImageShape } from '../samples/samples';

export type Layer =
  | { readonly kind: 'conv'; readonly filters: number; readonly kernel: number; readonly same: boolean }
  | { readonly kind: 'relu' | 'pool' | 'flatten' }
  | { readonly kind: 'dropout'; readonly rate: number }
  | { readonly kind: 'dense'; readonly units: number }
  /** The sum of what two chains of layers make of the same value. */
  | { readonly kind: 'sum'; readonly branches: readonly [readonly Layer[], readonly Layer[]] };

export interface Network {
  /** Input `image` `[N, C, H, W]` raw pixels 0–255; output `probabilities` `[N, K]`. */
  readonly graph: Graph;
  /** Names of the trained initializers. */
  readonly weights: readonly string[];
  /** By Dropout node name. */
  readonly dropoutRates: ReadonlyMap<string, number>;
}

/** Name and shape of a value under construction; a flat one has as many channels as numbers. */
interface Value extends ImageShape {
  readonly value: string;
}

/** Builds the network with He-uniform weights and zero biases. */
export function buildNetwork(layers: readonly Layer[], input: ImageShape, seed: number): Network {
  const random = new Random(seed);
  const nodes: Node[] = [];
  const initializers = new Map<string, Tensor>([['scale', scalar(1 / 255)]]);
  const weights: string[] = [];
  const dropoutRates = new Map<string, number>();
  const add = (op: string, name: string, inputs: readonly string[], attributes: Node['attributes'] = {}): string => {
    nodes.push({ op, name, inputs, outputs: [name], attributes });
    return name;
  };
  const weight = (name: string, dims: readonly number[], fanIn: number): string => {
    const bound = Math.sqrt(6 / fanIn);
    const values = Float32Array.from({ length: sizeOf(dims) }, () =>
      fanIn === Infinity ? 0 : bound * (2 * random.uniform() - 1),
    );
    initializers.set(name, float32(dims, values));
    weights.push(name);
    return name;
  };

  const append = (layer: Layer, name: string, from: Value): Value => {
    const { value, channels, height, width } = from;
    switch (layer.kind) {
      case 'conv': {
        const { filters, kernel, same } = layer;
        const w = weight(`${name}.weight`, [filters, channels, kernel, kernel], channels * kernel * kernel);
        const pad = same ? (kernel - 1) / 2 : 0;
        const output = add('Conv', name, [value, w, weight(`${name}.bias`, [filters], Infinity)], {
          kernel_shape: [kernel, kernel],
          pads: [pad, pad, pad, pad],
        });
        const side = (extent: number): number => extent + 2 * pad - kernel + 1;
        return { value: output, channels: filters, height: side(height), width: side(width) };
      }
      case 'pool': {
        const output = add('MaxPool', name, [value], { kernel_shape: [2, 2], strides: [2, 2] });
        return { value: output, channels, height: height >> 1, width: width >> 1 };
      }
      case 'dense': {
        const w = weight(`${name}.weight`, [layer.units, channels], channels);
        const bias = weight(`${name}.bias`, [layer.units], Infinity);
        const output = add('Gemm', name, [value, w, bias], { transB: 1 });
        return { value: output, channels: layer.units, height: 1, width: 1 };
      }
      case 'flatten':
        return { value: add('Flatten', name, [value]), channels: channels * height * width, height: 1, width: 1 };
      case 'relu':
        return { ...from, value: add('Relu', name, [value]) };
      case 'dropout':
        dropoutRates.set(name, layer.rate);
        return { ...from, value: add('Dropout', name, [value]) };
      case 'sum': {
        const [left, right] = layer.branches.map((branch, i) => appendAll(branch, `${name}.${'ab'.charAt(i)}.`, from));
        if (left === undefined || right === undefined) throw new RangeError('A sum needs two branches');
        return { ...left, value: add('Add', name, [left.value, right.value]) };
      }
    }
  };
  const appendAll = (chain: readonly Layer[], prefix: string, from: Value): Value =>
    chain.reduce((value, layer, i) => append(layer, `${prefix}${layer.kind}${i + 1}`, value), from);

  const { channels, height, width } = input;
  const scaled = add('Mul', 'scaled', ['image', 'scale']);
  const { value } = appendAll(layers, '', { value: scaled, channels, height, width });
  const output = add('Softmax', 'probabilities', [value], { axis: -1 });
  const dims = [null, channels, height, width];
  const graph: Graph = { inputs: [{ name: 'image', dtype: 'float32', dims }], outputs: [output], nodes, initializers };
  return { graph, weights, dropoutRates };
}
