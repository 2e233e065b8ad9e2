/** @file The layers of a TensorFlow.js model file, as Python's converter and as TensorFlow.js itself write them. */
import { ModelFormatError } from '../../support/errors';
import { readArchitecture } from '../keras/architecture';
import { convert, type ConvertedModel } from '../keras/convert';
import { isObject, parseJson, show, type JsonObject } from '../keras/json';

/** Converts the `modelTopology` of a model file. */
export function convertTopology(json: JsonObject): ConvertedModel {
  const raw = json['modelTopology'];
  const topology = typeof raw === 'string' ? parseJson(raw, 'modelTopology') : raw;
  if (!isObject(topology)) {
    throw new ModelFormatError('the model file has no layers', {
      place: 'modelTopology',
      expected: 'an object',
      got: show(raw),
    });
  }
  const config = topology['model_config'];
  const model = typeof config === 'string' ? parseJson(config, 'model_config') : config;
  const version = topology['keras_version'];
  return convert(readArchitecture(isObject(model) ? model : topology), {
    version: typeof version === 'string' ? version : '2',
    backend: '',
  });
}
