/** @file Reads a TensorFlow Lite model, and writes float ones back. */
import { UnsupportedModelError } from '../../support/errors';
import type { Files } from '../../support/files';
import type { Graph } from '../../graph/graph';
import type { ModelFile } from '../format';
import { toFile } from '../keras/weights/layerWeights';
import { freeBatch } from '../onnx/rebatch';
import { QUANTIZED } from '../quantization';
import { graphChanges } from '../tensorflow/constantUses';
import { convertGraph } from '../tensorflow/convert';
import { replaceStored, type StoredNumbers } from '../tensorflow/storedNumbers';
import { attachedTexts } from './attachedTexts';
import { writableType } from './constants';
import { readContents, type TfliteContents } from './contents';
import { GraphBuilder } from './graphBuilder';
import { OPERATORS } from './operators';
import { isQuantized, saturated } from './quantized';

export async function readTflite(files: Files, path: string): Promise<ModelFile> {
  const bytes = await files.read(path);
  const contents = readContents(bytes);
  const b = build(bytes, contents);
  const { graph, weights, findings } = convertGraph({
    nodes: b.nodes,
    constants: b.constants,
    outputs: contents.outputs.map((output) => b.value(output)),
  });
  const quantized = contents.tensors.some(isQuantized);
  const notes = [...findings, ...(quantized ? [QUANTIZED] : [])];
  const free = freeBatch(withBatch(graph, contents), notes);
  return {
    ...{ format: 'tflite', path, graph: free, findings: notes, parts: [path], metadata: attachedTexts(bytes) },
    weights: new Set(quantized ? [] : weights.keys()),
    write: (changes, baseName) =>
      Promise.resolve().then(() => {
        const stored = new Map<string, StoredNumbers>();
        const values = new Map<string, Float32Array>();
        for (const [key, turned] of graphChanges(graph, weights, changes)) {
          const { tensor, layout } = b.stored.get(key) ?? {};
          const type = tensor && writableType(tensor);
          if (tensor?.data === undefined || type === undefined) throw new RangeError(`${key} is no weight of the file`);
          const place = `${tensor.name} (${tensor.index})`;
          stored.set(place, { ...tensor.data, type });
          values.set(place, toFile({ dims: tensor.dims, layout: layout ?? {} }, turned));
        }
        return [{ name: baseName, bytes: replaceStored(bytes, stored, values) }];
      }),
  };
}

function build(bytes: Uint8Array, contents: TfliteContents): GraphBuilder {
  const unknown = [...new Set(contents.operators.map(({ op }) => op).filter((op) => OPERATORS[op] === undefined))];
  if (unknown.length > 0) {
    throw new UnsupportedModelError(`the model has operators that are not supported: ${unknown.join(', ')}`, {
      hint: 'Scan the model it was converted from.',
    });
  }
  const b = new GraphBuilder(bytes, contents);
  for (const input of contents.inputs) {
    b.define(input, b.node('Placeholder', input, [], { shape: b.tensor(input)?.dims ?? [] }));
  }
  for (const operator of contents.operators) {
    const result = OPERATORS[operator.op]?.(b, operator) ?? [];
    const values = typeof result === 'string' ? [result] : result;
    values.forEach((value, i) => {
      b.define(operator.outputs[i], saturated(b, operator, i, value));
    });
  }
  return b;
}

/** The batch that the file fixes, which the shapes in it follow. */
function withBatch(graph: Graph, { tensors, inputs }: TfliteContents): Graph {
  const batch = tensors[inputs[0] ?? -1]?.dims[0] ?? -1;
  if (batch < 1) return graph;
  return { ...graph, inputs: graph.inputs.map((input) => ({ ...input, dims: [batch, ...input.dims.slice(1)] })) };
}
