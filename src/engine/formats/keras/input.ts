/** @file The input of the whole model: images as `[N, C, H, W]`, whatever the first layer takes. */
import { UnsupportedModelError } from '../../support/errors';
import type { Finding } from '../format';
import type { Dim, GraphInput } from '../../graph/graph';
import { int64, showDims } from '../../graph/tensor';
import type { ModelSpec } from './architecture';
import type { GraphWriter } from '../graphWriter';
import { isList, show } from './json';
import type { KerasTensor } from './kerasTensor';
import type { ModelTraits } from './layers/layerBuilder';

/** Whether the model computes on `[N, C, H, W]` itself: what its first layer with a data format says. */
export function channelsFirst(model: ModelSpec): boolean {
  return firstFormat(model) === 'channels_first';
}

function firstFormat(model: ModelSpec): unknown {
  for (const layer of model.layers) {
    const format = layer.model === undefined ? layer.config.raw('data_format') : firstFormat(layer.model);
    if (format !== undefined) return format;
  }
  return undefined;
}

/** Adds the graph's image input and what brings it to the shape that the model takes. */
export function feedImages(
  model: ModelSpec,
  traits: ModelTraits,
  graph: GraphWriter,
  findings: Finding[],
): { input: GraphInput; fed: KerasTensor } {
  const [ref, ...others] = model.inputs;
  if (ref === undefined || others.length > 0) {
    throw new UnsupportedModelError('the model does not take one image', {
      expected: 'one input',
      got: `${model.inputs.length} inputs (${model.inputs.map((input) => input.layer).join(', ')})`,
    });
  }
  return feedShape(ref.layer, inputShape(model, ref.layer), traits.imageOrder, graph, findings);
}

/**
 * Adds the image input for a model that takes `shape` (without the batch) under the name `place`. `order`: whether it keeps images as
 * Keras sees them, where that is channels first, or as `[N, C, H, W]` for channels last.
 */
export function feedShape(
  place: string,
  shape: readonly Dim[],
  order: KerasTensor['order'],
  graph: GraphWriter,
  findings: Finding[],
): { input: GraphInput; fed: KerasTensor } {
  const name = graph.unique(place);
  const input = (channels: Dim, height: Dim, width: Dim): GraphInput => ({
    name,
    dtype: 'float32',
    dims: [null, channels, height, width],
  });
  const reshaped = (rest: readonly number[]): KerasTensor => {
    const target = graph.constant(`${name}/shape`, int64([rest.length + 1], [0, ...rest]));
    const value = graph.node('Reshape', `${name}/reshape`, [name, target], {});
    return { value, dims: [null, ...rest], order: 'keras' };
  };

  if (shape.length === 3) {
    const [a = null, b = null, c = null] = shape;
    return order === 'keras'
      ? { input: input(a, b, c), fed: { value: name, dims: [null, a, b, c], order: 'keras' } }
      : { input: input(c, a, b), fed: { value: name, dims: [null, a, b, c], order: 'nchw' } };
  }
  const [rows, columns] = shape;
  if (shape.length === 2 && typeof rows === 'number' && typeof columns === 'number') {
    return { input: input(1, rows, columns), fed: reshaped([rows, columns]) };
  }
  if (shape.length === 1 && typeof rows === 'number') {
    for (const channels of [1, 3]) {
      const side = Math.sqrt(rows / channels);
      if (!Number.isInteger(side)) continue;
      findings.push({
        severity: 'note',
        place: name,
        message: `The model takes ${rows} numbers; they are read as a ${side}×${side} image with ${channels} channel(s), row by row.`,
      });
      if (channels === 1) return { input: input(1, side, side), fed: reshaped([rows]) };
      const last = graph.node('Transpose', `${name}/channels-last`, [name], { perm: [0, 2, 3, 1] });
      const flat = graph.node('Flatten', `${name}/flatten`, [last], { axis: 1 });
      return { input: input(3, side, side), fed: { value: flat, dims: [null, rows], order: 'keras' } };
    }
  }
  throw new UnsupportedModelError('the model does not take an image', {
    place: `input "${place}"`,
    expected: 'height, width and channels',
    got: showDims(shape),
  });
}

/** Shape without the batch. */
function inputShape(model: ModelSpec, name: string): Dim[] {
  const layer = model.layers.find((candidate) => candidate.name === name);
  const inner = layer?.model?.inputs[0];
  if (layer?.model !== undefined && inner !== undefined) return inputShape(layer.model, inner.layer);
  const raw = layer?.config.raw('batch_input_shape') ?? layer?.config.raw('batch_shape');
  if (!isList(raw) || !raw.every((dim) => dim === null || (Number.isSafeInteger(dim) && Number(dim) > 0))) {
    throw new UnsupportedModelError('the file does not say what shape the input has', {
      place: `input "${name}"`,
      expected: 'a list of sizes',
      got: show(raw),
    });
  }
  return raw.slice(1).map((dim) => (dim === null ? null : Number(dim)));
}
