/** @file Which graph of a SavedModel is for serving, and how that is called (meta_graph.proto of TensorFlow). */
import { ModelFormatError, UnsupportedModelError } from '../../support/errors';
import type { TfGraph } from '../tensorflow/graphDef';
import { entry, shapeOf } from '../tensorflow/graphProto';
import { BYTES, type Span, type Wire } from '../wire';

/** The graph for serving: the one tagged so, or the only one. */
export function metaGraph(wire: Wire): Span {
  const graphs = [...wire.fields(wire.all)].filter((field) => field.number === 2 && field.wire === BYTES);
  const serving = graphs.find((graph) => {
    const info = wire.child(graph, 1);
    const tags = info === undefined ? [] : [...wire.fields(info)].filter((field) => field.number === 4);
    return tags.some((tag) => wire.text(tag) === 'serve');
  });
  const chosen = serving ?? graphs[0];
  if (chosen !== undefined) return chosen;
  throw new ModelFormatError('the SavedModel holds no graph');
}

/** The images and results that the model says it is called with. */
export function signatureOf(wire: Wire, meta: Span): Pick<TfGraph, 'outputs' | 'inputShape'> {
  const signatures = new Map<string, Span>();
  for (const field of wire.fields(meta)) {
    const [key, value] = field.number === 5 && field.wire === BYTES ? entry(wire, field) : ['', undefined];
    if (value !== undefined && !key.startsWith('__')) signatures.set(key, value);
  }
  const [first] = signatures.values();
  const signature = signatures.get('serving_default') ?? first;
  if (signature === undefined) {
    throw new UnsupportedModelError('the SavedModel does not say how it is called', {
      hint: 'Save it with a signature: model.export(folder), or tf.saved_model.save(model, folder, signatures=…).',
    });
  }
  const tensors = (number: number): Span[] =>
    [...wire.fields(signature)].flatMap((field) => {
      const [, value] = field.number === number && field.wire === BYTES ? entry(wire, field) : [];
      return value === undefined ? [] : [value];
    });
  const name = (tensor: Span): string => {
    const field = wire.child(tensor, 1);
    return field === undefined ? '' : wire.text(field).replace(/:0$/, '');
  };
  const [input] = tensors(1);
  const shape = input && wire.child(input, 3);
  const dims = shape && shapeOf(wire, shape);
  return { outputs: tensors(2).map(name), ...(dims !== undefined && { inputShape: dims }) };
}
