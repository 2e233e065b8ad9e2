/** @file Runs through the layers of a Keras model call by call and builds its graph. */
import { ModelFormatError, UnsupportedModelError } from '../../support/errors';
import type { Finding } from '../format';
import type { GraphInput, Node } from '../../graph/graph';
import type { Tensor } from '../../graph/tensor';
import type { LayerSpec, ModelSpec } from './architecture';
import { GraphWriter } from '../graphWriter';
import { feedImages, channelsFirst } from './input';
import type { KerasTensor } from './kerasTensor';
import { LayerBuilder, type ModelTraits } from './layers/layerBuilder';
import type { Argument, Constant, TensorRef } from './layerCalls';
import { converterOf, unsupportedLayers } from './layers/layers';
import type { LayerInstance } from './weights/layerWeights';

/** The graph without its weights, and who wants which weight. */
export interface ConvertedModel {
  readonly input: GraphInput;
  readonly outputs: readonly string[];
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Tensor>;
  /** In the order of the file. */
  readonly layers: readonly LayerInstance[];
  readonly findings: readonly Finding[];
}

/** Which Keras wrote the model. */
export interface KerasOrigin {
  /** `2.15.0`, `2.2.4-tf`, `tfjs-layers 4.22.0`. */
  readonly version: string;
  readonly backend: string;
}

/** Throws one {@link UnsupportedModelError} that names every layer that cannot be run. */
export function convert(model: ModelSpec, origin: KerasOrigin): ConvertedModel {
  const unsupported = unsupportedLayers(model);
  if (unsupported.length > 0) {
    throw new UnsupportedModelError(`the model has layers that are not supported: ${unsupported.join(', ')}`);
  }
  const findings: Finding[] = [];
  const traits = traitsOf(model, origin, findings);
  const graph = new GraphWriter();
  const layers = instances(model);
  const { input, fed } = feedImages(model, traits, graph, findings);
  const outputs = run({ model, traits, graph, layers }, [fed]);
  return {
    input,
    outputs: outputs.map((output) => output.value),
    nodes: graph.nodes,
    constants: graph.constants,
    layers,
    findings,
  };
}

function traitsOf(model: ModelSpec, { version, backend }: KerasOrigin, findings: Finding[]): ModelTraits {
  const [major = 2, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const noted = new Set<string>();
  return {
    // The version of tfjs-layers says nothing about Keras; its functions are those of Keras 2.
    major: Number.isNaN(major) ? 2 : major,
    cornerPixels: version.startsWith('tfjs') || (major === 2 && minor < 3 && !version.includes('-tf')),
    theano: backend === 'theano',
    imageOrder: channelsFirst(model) ? 'keras' : 'nchw',
    note(place, message) {
      if (!noted.has(place)) findings.push({ severity: 'note', place, message });
      noted.add(place);
    },
  };
}

function instances(model: ModelSpec): LayerInstance[] {
  return model.layers.map((spec) => ({
    spec,
    weights: new Map(),
    children: spec.model === undefined ? [] : instances(spec.model),
  }));
}

interface Run {
  readonly model: ModelSpec;
  readonly traits: ModelTraits;
  readonly graph: GraphWriter;
  readonly layers: readonly LayerInstance[];
}

/** Evaluates every call of every layer as soon as its inputs are known; returns the model's outputs. */
function run({ model, traits, graph, layers }: Run, feeds: readonly KerasTensor[]): KerasTensor[] {
  const known = new Map<string, KerasTensor>();
  const offsets = new Map(layers.map(({ spec }) => [spec.name, callOffset(spec, model)]));
  const key = (ref: TensorRef): string => `${ref.layer}\n${ref.call - (offsets.get(ref.layer) ?? 0)}\n${ref.output}`;
  model.inputs.forEach((ref, i) => {
    const feed = feeds[i];
    if (feed !== undefined) known.set(key(ref), feed);
  });

  const resolve = (argument: Argument): KerasTensor | Constant => {
    if (!('layer' in argument)) return argument;
    const tensor = known.get(key(argument));
    if (tensor === undefined) throw missing(argument);
    return tensor;
  };
  const waiting = new Map<string, Call[]>();
  const ready = layers.flatMap((layer) => layer.spec.calls.map((_, index): Call => ({ layer, index }))).reverse();
  for (let call = ready.pop(); call !== undefined; call = ready.pop()) {
    const { layer, index } = call;
    const { args = [], named = new Map<string, Argument>() } = layer.spec.calls[index] ?? {};
    const blocker = [...args, ...named.values()].find((argument) => 'layer' in argument && !known.has(key(argument)));
    if (blocker !== undefined && 'layer' in blocker) {
      const queue = waiting.get(key(blocker));
      if (queue === undefined) waiting.set(key(blocker), [call]);
      else queue.push(call);
      continue;
    }
    const keywords = new Map([...named].map(([name, argument]) => [name, resolve(argument)]));
    const builder = new LayerBuilder(traits, graph, layer, args.map(resolve), keywords);
    const results = apply(builder, layer, traits, graph);
    results.forEach((result, output) => {
      const name = `${layer.spec.name}\n${index}\n${output}`;
      known.set(name, result);
      ready.push(...(waiting.get(name) ?? []));
      waiting.delete(name);
    });
  }
  return model.outputs.map((ref) => {
    const output = known.get(key(ref));
    if (output !== undefined) return output;
    const stuck = [...waiting.values()].flat().map((call) => call.layer.spec.path);
    throw stuck.length === 0 ? missing(ref) : stalled(stuck);
  });
}

interface Call {
  readonly layer: LayerInstance;
  readonly index: number;
}

function apply(builder: LayerBuilder, layer: LayerInstance, traits: ModelTraits, graph: GraphWriter): KerasTensor[] {
  const { model } = layer.spec;
  if (model !== undefined) {
    if (builder.inputs.length !== model.inputs.length) {
      throw builder.error('the model is called wrongly', `${model.inputs.length} inputs`, `${builder.inputs.length}`);
    }
    return run({ model, traits, graph, layers: layer.children }, builder.inputs);
  }
  const converter = converterOf(layer.spec);
  return converter === undefined ? [builder.input] : [converter(builder)];
}

/**
 * Up to Keras 2 a nested model counted its own construction as call 0, so that references to it start at 1. Which
 * count a file uses shows in the highest reference.
 */
function callOffset(spec: LayerSpec, model: ModelSpec): number {
  if (spec.model === undefined) return 0;
  const refs = [
    ...model.outputs,
    ...model.layers.flatMap((layer) => layer.calls.flatMap((call) => [...call.args, ...call.named.values()])),
  ];
  return refs.some((ref) => 'layer' in ref && ref.layer === spec.name && ref.call >= spec.calls.length) ? 1 : 0;
}

/** Layers in a circle, or behind a layer that is not there. */
function stalled(paths: readonly string[]): ModelFormatError {
  return new ModelFormatError('layers wait for inputs that never come', {
    place: `layer ${paths
      .slice(0, 5)
      .map((path) => `"${path}"`)
      .join(', ')}`,
    expected: 'inputs from layers before them',
    got: 'a circle, or a layer that does not exist',
  });
}

function missing(ref: TensorRef): ModelFormatError {
  return new ModelFormatError('the model uses a value that no layer produces', {
    place: `layer "${ref.layer}"`,
    expected: `output ${ref.output} of call ${ref.call}`,
    got: 'none',
  });
}
