/** @file ScatterND of constants, with which exporters write the attention masks of shifted windows: done while reading. */
import { ModelFormatError } from '../../../support/errors';
import { sizeOf, stridesOf, toNumbers, type Tensor } from '../../../graph/tensor';
import { fromElements } from '../../../ops/shared/fold';
import { layerOf } from '../flatten/flatNode';
import { step, type Rule } from './rule';

/** Masks are smaller; larger data are left to the check for unsupported operators. */
const MAX_ELEMENTS = 1 << 16;

/** Its result, where data, indices and updates are known; the node itself elsewhere. */
export const scatterNd: Rule = (node, context) => {
  const [data, indices, updates] = node.inputs.map((name) => context.known(name));
  const plain = (node.attributes['reduction'] ?? 'none') === 'none';
  if (data === undefined || indices === undefined || updates === undefined || !plain) return [node];
  if (Math.max(data.data.length, indices.data.length, updates.data.length) > MAX_ELEMENTS) return [node];
  const result = scatter(data, indices, updates);
  if (result === undefined) throw new ModelFormatError('the indices do not fit the data', { place: layerOf(node) });
  return [step('Identity', [context.constant(`${node.name}:result`, result)], node.outputs[0] ?? '')];
};

/** `data` with slices of `updates` at `indices` (ONNX ScatterND, opset 18); `undefined` where they do not fit. */
function scatter(data: Tensor, indices: Tensor, updates: Tensor): Tensor | undefined {
  const depth = indices.dims.at(-1) ?? 0;
  if (depth === 0 || depth > data.dims.length) return undefined;
  const strides = stridesOf(data.dims);
  const slice = sizeOf(data.dims.slice(depth));
  const positions = toNumbers(indices);
  if (updates.data.length !== (positions.length / depth) * slice) return undefined;
  const elements: (number | bigint)[] = [...data.data];
  for (let i = 0; i * depth < positions.length; i++) {
    let offset = 0;
    for (let axis = 0; axis < depth; axis++) {
      const size = data.dims[axis] ?? 0;
      const index = positions[i * depth + axis] ?? 0;
      if (index < -size || index >= size) return undefined;
      offset += (index < 0 ? index + size : index) * (strides[axis] ?? 0);
    }
    for (let at = 0; at < slice; at++) elements[offset + at] = updates.data[i * slice + at] ?? 0;
  }
  return fromElements(data, elements);
}
