/** @file TensorFlow Lite models. */
import type { ModelFormat } from '../format';
import { readTflite } from './read';

export const tflite: ModelFormat = {
  id: 'tflite',
  label: 'TensorFlow Lite model',
  // The identifier of the schema.
  detect: (_files, _path, head) => Promise.resolve(String.fromCharCode(...head.subarray(4, 8)) === 'TFL3'),
  read: readTflite,
};
