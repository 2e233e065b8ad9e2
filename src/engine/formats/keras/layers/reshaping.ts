/** @file Layers that change the shape of their input. */
import type { Dim } from '../../../graph/graph';
import { showDims } from '../../../graph/tensor';
import type { LayerBuilder, LayerFamily } from './layerBuilder';
import { storedAxis, type KerasTensor } from '../kerasTensor';

export const reshapeLayers = {
  Flatten: (layer) => {
    // Since Keras 2.2 a channels-first image is flattened as if it were channels-last. Before, there was no such setting.
    const { input } = layer;
    const swap = layer.config.raw('data_format') === 'channels_first' && input.dims.length > 2;
    const spatial = input.dims.slice(2).map((_, i) => i + 2);
    const flat = swap ? permuted(layer, input, [0, ...spatial, 1], 'channels-last') : layer.keras(input);
    return {
      value: layer.op('Flatten', [flat.value], { axis: 1 }),
      dims: [null, layer.featureCount(input)],
      order: 'keras',
    };
  },

  Reshape: (layer) => {
    const target = layer.config.integers('target_shape');
    const count = layer.featureCount(layer.input);
    const fixed = target.filter((size) => size !== -1).reduce((total, size) => total * size, 1);
    const open = target.filter((size) => size === -1).length;
    const fits = count === null || (open === 0 ? fixed === count : open === 1 && fixed > 0 && count % fixed === 0);
    if (!fits || target.some((size) => size < -1)) {
      throw layer.error('the shape does not hold the input', `${String(count)} elements`, showDims(target));
    }
    const dims: Dim[] = target.map((size) => (size === -1 ? (count === null ? null : count / fixed) : size));
    const shape = dims.map((dim) => dim ?? -1);
    return {
      value: layer.op('Reshape', [layer.keras(layer.input).value, layer.ints([0, ...shape])]),
      dims: [null, ...dims],
      order: 'keras',
    };
  },

  Permute: (layer) => {
    const axes = layer.config.integers('dims');
    const { input } = layer;
    const valid = axes.length === input.dims.length - 1 && axes.every((_, i) => axes.includes(i + 1));
    if (!valid)
      throw layer.error('the setting "dims" is wrong', `an order of ${input.dims.length - 1} axes`, showDims(axes));
    return permuted(layer, input, [0, ...axes], '');
  },

  ZeroPadding2D: (layer) => {
    const images = layer.images();
    const [[top, bottom], [left, right]] = margins(layer, 'padding');
    const pads = layer.ints([0, 0, top, left, 0, 0, bottom, right]);
    const grow = (size: Dim, by: number): Dim => (size === null ? null : size + by);
    return layer.fromImages({
      value: layer.op('Pad', [images.value, pads, layer.scalar(0)]),
      channels: images.channels,
      height: grow(images.height, top + bottom),
      width: grow(images.width, left + right),
    });
  },

  Cropping2D: (layer) => {
    const images = layer.images();
    const [[top, bottom], [left, right]] = margins(layer, 'cropping');
    const shrink = (size: Dim, by: number): Dim => {
      if (size === null || size > by) return size === null ? null : size - by;
      throw layer.error('the cropping leaves nothing', `less than ${size} pixels`, String(by));
    };
    // An end of 0 would mean an empty slice; a large one means "to the end".
    const end = (crop: number): number => (crop === 0 ? Number.MAX_SAFE_INTEGER : -crop);
    const [starts, ends, axes] = [
      [top, left],
      [end(bottom), end(right)],
      [2, 3],
    ];
    return layer.fromImages({
      value: layer.op('Slice', [images.value, ...[starts, ends, axes].map((list) => layer.ints(list))]),
      channels: images.channels,
      height: shrink(images.height, top + bottom),
      width: shrink(images.width, left + right),
    });
  },
} satisfies LayerFamily;

/** The input with its Keras axes in a new order. */
function permuted(layer: LayerBuilder, input: KerasTensor, axes: readonly number[], part: string): KerasTensor {
  return {
    value: layer.op('Transpose', [input.value], { perm: axes.map((axis) => storedAxis(input, axis)) }, part),
    dims: axes.map((axis) => input.dims[axis] ?? null),
    order: 'keras',
  };
}

/** `n`, `[rows, columns]`, `[[top, bottom], [left, right]]`, or the four numbers of Keras 1. */
function margins(layer: LayerBuilder, key: string): [[number, number], [number, number]] {
  const raw = layer.config.raw(key);
  const sides = Array.isArray(raw) ? raw.flat() : [raw];
  const [a, b, c, d] = sides.map((side: unknown) => {
    if (!Number.isSafeInteger(side) || Number(side) < 0) throw layer.config.wrong(key, 'margins of at least 0');
    return Number(side);
  });
  if (sides.length === 1 && a !== undefined)
    return [
      [a, a],
      [a, a],
    ];
  if (sides.length === 2 && a !== undefined && b !== undefined)
    return [
      [a, a],
      [b, b],
    ];
  if (a === undefined || b === undefined || c === undefined || d === undefined || sides.length > 4) {
    throw layer.config.wrong(key, '1, 2 or 4 margins');
  }
  return [
    [a, b],
    [c, d],
  ];
}
