/** @file Operators with two operands, broadcast as in NumPy. */
import { showDims } from '../../../graph/tensor';
import { isList } from '../json';
import { broadcast, type KerasTensor } from '../kerasTensor';
import type { LayerBuilder } from './layerBuilder';
import type { Constant } from '../layerCalls';

/** A two-operand operator; either operand may be a constant, and shapes broadcast as in NumPy. */
export function arithmetic(layer: LayerBuilder, op: string): KerasTensor {
  const named = [layer.named.get('y'), layer.named.get('x2')].filter((item) => item !== undefined);
  const operands = [...layer.args, ...named].slice(0, 2);
  const [left, right] = operands.map((operand, i) => ('value' in operand ? operand : constant(layer, operand, i)));
  if (left === undefined || right === undefined) throw layer.error('the layer is called wrongly', 'two inputs', 'one');
  const rank = Math.max(left.dims.length, right.dims.length);
  return combine(layer, sameOrder(layer, [raised(layer, left, rank), raised(layer, right, rank)]), op);
}

function constant(layer: LayerBuilder, { constant: value }: Constant, i: number): KerasTensor {
  const dims: number[] = [];
  for (let list = value; isList(list); [list] = list) dims.push(list.length);
  const flat = isList(value) ? value.flat(8) : [value];
  const values = flat.map((item) => {
    if (typeof item !== 'number') throw layer.error('a constant cannot be read', 'numbers', JSON.stringify(item));
    return item;
  });
  return { value: layer.floats(dims, values, `constant-${i}`), dims, order: 'keras' };
}

/** The tensor with axes of length 1 in front until it has `rank` of them. */
function raised(layer: LayerBuilder, tensor: KerasTensor, rank: number): KerasTensor {
  const missing = rank - tensor.dims.length;
  if (missing === 0) return tensor;
  const axes = layer.ints(Array.from({ length: missing }, (_, axis) => axis));
  const value = layer.op('Unsqueeze', [layer.keras(tensor).value, axes], {}, 'expand');
  return { value, dims: [...new Array<number>(missing).fill(1), ...tensor.dims], order: 'keras' };
}

/** Folds the inputs with a two-input operator that broadcasts. All have one rank and one order. */
export function combine(layer: LayerBuilder, inputs: readonly KerasTensor[], op: string, part = ''): KerasTensor {
  const [first, ...others] = inputs;
  if (first === undefined || others.length === 0) {
    throw layer.error('the layer is called wrongly', 'several inputs', `${inputs.length}`);
  }
  return others.reduce((left, right, i) => {
    const dims = broadcast(left.dims, right.dims);
    if (dims === undefined) {
      throw layer.error('the inputs do not fit each other', showDims(left.dims), showDims(right.dims));
    }
    const step = i === others.length - 1 ? part : `${part === '' ? 'step' : part}-${i + 1}`;
    return { value: layer.op(op, [left.value, right.value], {}, step), dims, order: left.order };
  }, first);
}

/** Brings tensors of one rank into one order: as most of the model's images are kept, else Keras's own. */
export function sameOrder(layer: LayerBuilder, inputs: readonly KerasTensor[]): KerasTensor[] {
  const images = inputs.some((input) => input.order === 'nchw') && inputs.every((input) => input.dims.length === 4);
  return inputs.map((input) => (images ? layer.nchw(input) : layer.keras(input)));
}
