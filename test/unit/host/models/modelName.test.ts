import { expect, it } from 'vitest';
import { modelName } from '../../../../src/host/models/modelName';

it.each([
  ['/models/digits.onnx', 'digits.onnx'],
  ['/models/digits/saved_model.pb', 'digits/saved_model.pb'],
  ['/models/web/model.json', 'web/model.json'],
  ['/model.json', 'model.json'],
])('of %s is %s', (file, name) => {
  expect(modelName({ path: file })).toBe(name);
});
