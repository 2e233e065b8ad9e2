/**
 * @file Reads the layer graph out of a Keras configuration: Sequential, functional and nested models, as Keras 1,
 * Keras 2 / tf.keras and Keras 3 write them.
 */
import { ModelFormatError } from '../../support/errors';
import { LayerConfig } from './config';
import { isList, isObject, show, type JsonObject } from './json';
import { modernize } from './keras1';
import { callsOf, isTensorRef, tensorOf, type LayerCall, type TensorRef } from './layerCalls';

export interface LayerSpec {
  /** Unique within its model. */
  readonly name: string;
  /** Name with the names of the models around it, `backbone/conv`. */
  readonly path: string;
  /** As Keras 2 calls it. A class that is not Keras's own has its module behind. */
  readonly className: string;
  readonly config: LayerConfig;
  readonly trainable: boolean;
  readonly calls: readonly LayerCall[];
  /** Set where the layer is itself a model. */
  readonly model: ModelSpec | undefined;
}

export interface ModelSpec {
  readonly layers: readonly LayerSpec[];
  readonly inputs: readonly TensorRef[];
  readonly outputs: readonly TensorRef[];
}

const MODEL_CLASSES = new Set(['Sequential', 'Functional', 'Model']);

/** Models inside models; real ones go two or three deep. */
const MAX_DEPTH = 16;

/** The model that `json`, a `model_config` or the text of `Model.to_json()`, describes. */
export function readArchitecture(json: JsonObject): ModelSpec {
  const className = json['class_name'];
  if (typeof className !== 'string' || !MODEL_CLASSES.has(className)) {
    throw new ModelFormatError('the architecture is not a Keras model that can be read', {
      place: 'class_name',
      expected: 'Sequential or Functional',
      got: show(className),
      hint: 'Subclassed models keep their architecture in Python code, which is never run here.',
    });
  }
  return readModel(className, json['config'], '', 0);
}

function readModel(className: string, config: unknown, path: string, depth: number): ModelSpec {
  if (depth > MAX_DEPTH) {
    throw new ModelFormatError('models are nested too deep', { place: path, expected: `${MAX_DEPTH} levels at most` });
  }
  // Sequential models of Keras 1 and early Keras 2 are a bare list of layers.
  const settings: JsonObject = isList(config) ? { layers: config } : isObject(config) ? config : {};
  const entries = settings['layers'];
  if (!isList(entries) || entries.length === 0) {
    throw new ModelFormatError('a model has no layers', {
      place: path === '' ? 'model config' : path,
      expected: 'a list of layers',
      got: show(entries),
    });
  }
  const layers = entries.map((entry) => readLayer(entry, path, depth));
  const model =
    className === 'Sequential'
      ? chain(layers, settings, path)
      : {
          layers,
          inputs: tensorRefs(settings, 'input_layers', path),
          outputs: tensorRefs(settings, 'output_layers', path),
        };
  const names = new Set<string>();
  for (const layer of model.layers) {
    if (names.has(layer.name)) {
      throw new ModelFormatError('two layers have the same name', { place: layer.path, expected: 'unique names' });
    }
    names.add(layer.name);
  }
  return model;
}

function readLayer(entry: unknown, path: string, depth: number): LayerSpec {
  const place = path === '' ? 'model config' : path;
  if (!isObject(entry) || typeof entry['class_name'] !== 'string') {
    throw new ModelFormatError('a layer has no class name', { place, expected: 'class_name', got: show(entry) });
  }
  const raw = entry['config'];
  const settings = isObject(raw) ? raw : {};
  const name = entry['name'] ?? settings['name'] ?? entry['class_name'];
  if (typeof name !== 'string' || name === '') {
    throw new ModelFormatError('a layer has no name', { place, expected: 'a text', got: show(name) });
  }
  const layerPath = path === '' ? name : `${path}/${name}`;
  const known = isKerasOwn(entry);
  const { className, config } = modernize(entry['class_name'], settings);
  const isModel = known && MODEL_CLASSES.has(className) && (isList(raw) || isList(settings['layers']));
  return {
    name,
    path: layerPath,
    className: known ? className : `${className} of ${show(entry['module'] ?? entry['registered_name'])}`,
    config: new LayerConfig(`layer "${layerPath}"`, config),
    trainable: settings['trainable'] !== false,
    calls: callsOf(entry['inbound_nodes'], layerPath),
    model: isModel ? readModel(className, raw, layerPath, depth + 1) : undefined,
  };
}

/** Whether the class is one that Keras itself defines, as far as the file says. */
function isKerasOwn(entry: JsonObject): boolean {
  const { module, registered_name: registered } = entry;
  if (typeof registered === 'string' && registered.includes('>')) return false;
  return typeof module !== 'string' || /^(keras|tf_keras|tensorflow)(\.|$)/.test(module);
}

/** A Sequential model as a functional one, with an input layer in front where the file leaves it out. */
function chain(layers: readonly LayerSpec[], settings: JsonObject, path: string): ModelSpec {
  const [first] = layers;
  const inputs = first?.className === 'InputLayer' ? [] : [impliedInput(first, settings, path)];
  const all = [...inputs, ...layers].map((layer, i, list): LayerSpec => {
    const before = list[i - 1];
    const calls = before === undefined ? [] : [{ args: [ref(before)], named: new Map() }];
    return { ...layer, calls };
  });
  const ends = [all[0], all.at(-1)].flatMap((layer) => (layer === undefined ? [] : [ref(layer)]));
  return { layers: all, inputs: ends.slice(0, 1), outputs: ends.slice(1) };
}

function ref(layer: LayerSpec): TensorRef {
  return { layer: layer.name, call: 0, output: 0 };
}

function impliedInput(first: LayerSpec | undefined, settings: JsonObject, path: string): LayerSpec {
  const name = `${first?.name ?? 'model'}_input`;
  const shape = first === undefined ? undefined : (inputShapeOf(first) ?? settings['build_input_shape']);
  return {
    name,
    path: path === '' ? name : `${path}/${name}`,
    className: 'InputLayer',
    config: new LayerConfig(`layer "${path === '' ? name : `${path}/${name}`}"`, { batch_input_shape: shape }),
    trainable: true,
    calls: [],
    model: undefined,
  };
}

function inputShapeOf(layer: LayerSpec): unknown {
  const own = layer.config.raw('batch_input_shape') ?? layer.config.raw('batch_shape');
  const inner = layer.model?.layers[0];
  return own ?? (inner === undefined ? undefined : inputShapeOf(inner));
}

/** `input_layers` or `output_layers`: a list of references, or one alone (Keras 3). */
function tensorRefs(settings: JsonObject, key: string, path: string): TensorRef[] {
  const raw = settings[key];
  const list = isTensorRef(raw) ? [raw] : isList(raw) ? raw : [];
  const refs = list.map(tensorOf).filter((item) => item !== undefined);
  if (refs.length === 0 || refs.length !== list.length) {
    throw new ModelFormatError('a model does not say where it begins and ends', {
      place: path === '' ? key : `${path}: ${key}`,
      expected: 'a list of [layer, call, output]',
      got: show(raw),
    });
  }
  return refs;
}
