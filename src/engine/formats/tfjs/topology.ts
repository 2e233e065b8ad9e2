/** @file The layers of a TensorFlow.js model file, as Python's converter and as TensorFlow.js itself write them. */
import { readArchitecture } from '../keras/architecture';
import { convert, type ConvertedModel } from '../keras/convert';
import { isObject, parseJson, type JsonObject } from '../keras/json';
import { topologyOf } from './contents';

/** Converts the `modelTopology` of a model file. */
export function convertTopology(json: JsonObject): ConvertedModel {
  const topology = topologyOf(json, 'the model file has no layers');
  const config = topology['model_config'];
  const model = typeof config === 'string' ? parseJson(config, 'model_config') : config;
  const version = topology['keras_version'];
  return convert(readArchitecture(isObject(model) ? model : topology), {
    version: typeof version === 'string' ? version : '2',
    backend: '',
  });
}
