/** @file Layers that join several inputs. */
import type { Dim } from '../../../graph/graph';
import { showDims } from '../../../graph/tensor';
import { arithmetic, combine, sameOrder } from './arithmetic';
import type { LayerBuilder, LayerFamily } from './layerBuilder';
import { storedAxis, type KerasTensor } from '../kerasTensor';

export const mergeLayers = {
  Add: (layer) => merged(layer, 'Add'),
  Subtract: (layer) => merged(layer, 'Sub'),
  Multiply: (layer) => merged(layer, 'Mul'),
  Maximum: (layer) => merged(layer, 'Max'),
  Minimum: (layer) => merged(layer, 'Min'),

  Average: (layer) => {
    const inputs = joined(layer);
    const sum = combine(layer, inputs, 'Add', 'sum');
    return layer.map(sum, 'Div', {}, '', layer.scalar(inputs.length));
  },

  /** Inception-ResNet's residual connection: x + scale · y. */
  CustomScaleLayer: (layer) => {
    const [base, residual, ...others] = joined(layer);
    if (base === undefined || residual === undefined || others.length > 0) {
      throw layer.error('the layer is called wrongly', 'two inputs', `${layer.inputs.length}`);
    }
    const scale = layer.scalar(layer.config.number('scale'));
    return combine(layer, [base, layer.map(residual, 'Mul', {}, 'scaled', scale)], 'Add');
  },

  Concatenate: (layer) => {
    const inputs = sameOrder(layer, layer.inputs);
    const [first] = inputs;
    if (first === undefined) throw layer.error('the layer is called wrongly', 'several inputs', 'none');
    const axis = layer.axis(layer.config.integer('axis', -1), first.dims.length);
    for (const { dims } of inputs) {
      const fits =
        dims.length === first.dims.length && dims.every((dim, i) => i === axis || agree(dim, first.dims[i] ?? null));
      if (!fits) throw layer.error('the inputs do not fit each other', showDims(first.dims), showDims(dims));
    }
    const total = inputs.reduce<Dim>((sum, { dims }) => add(sum, dims[axis] ?? null), 0);
    return {
      ...first,
      value: layer.op(
        'Concat',
        inputs.map((input) => input.value),
        { axis: storedAxis(first, axis) },
      ),
      dims: first.dims.map((dim, i) => (i === axis ? total : dim)),
    };
  },
} satisfies LayerFamily;

/** The inputs of a merge layer. Keras inserts missing axes behind the batch: `[N, C]` meets `[N, H, W, C]` as `[N, 1, 1, C]`. */
function joined(layer: LayerBuilder): KerasTensor[] {
  const { inputs } = layer;
  const rank = Math.max(...inputs.map((input) => input.dims.length));
  return sameOrder(
    layer,
    inputs.map((input, i) => {
      const missing = rank - input.dims.length;
      if (missing === 0) return input;
      const axes = layer.ints(Array.from({ length: missing }, (_, axis) => axis + 1));
      const [batch = null, ...rest] = input.dims;
      return {
        value: layer.op('Unsqueeze', [layer.keras(input).value, axes], {}, `expand-${i}`),
        dims: [batch, ...new Array<Dim>(missing).fill(1), ...rest],
        order: 'keras',
      };
    }),
  );
}

/** A merge layer, or the operation of the same name in Keras 3, which also takes constants. */
function merged(layer: LayerBuilder, op: string): KerasTensor {
  return layer.inputs.length === 1 ? arithmetic(layer, op) : combine(layer, joined(layer), op);
}

function agree(a: Dim, b: Dim): boolean {
  return a === null || b === null || a === b;
}

function add(a: Dim, b: Dim): Dim {
  return a === null || b === null ? null : a + b;
}
