import { describe, expect, it } from 'vitest';
import { contextOf } from '../../../../src/host/models/modelContext';

describe('contextOf', () => {
  it('names folders with models, models without a telling name, and deceptive names', () => {
    const files = new Map([
      ['/a/net.onnx', true],
      ['/b/data.h5', false],
      ['/c/model.json', true],
      ['/d/model.json', false],
    ]);
    expect(contextOf(files)).toEqual({ models: ['/a', '/c', '/c/model.json'], notModels: ['/b/data.h5'] });
  });
});
