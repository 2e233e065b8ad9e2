import { test } from 'vitest';
import * as ort from 'onnxruntime-node';
import { encodeModel } from '../../src/engine/runtime/encode';
import { float32, int64, scalar } from '../../src/engine/graph/tensor';
test('x', async () => {
 for (const level of ['all','extended','basic','disabled'] as const) for (const op of ['MaxPool','AveragePool','Conv']) {
  const graph = { inputs: [{ name: 'x', dtype: 'float32', dims: [1,1,4,4] }], outputs: ['y'], nodes: [
    { op: 'Pad', name: 'p', inputs: ['x','pads','z'], outputs: ['q'], attributes: {} },
    { op, name: 'm', inputs: op==='Conv'?['q','w']:['q'], outputs: ['y'], attributes: { kernel_shape: [2,2], strides: [1,1], ...(op==='Conv'?{}:{}), pads:[0,0,0,0] } } ],
    initializers: new Map<string, any>([['pads', int64([8],[0,0,1,1,0,0,1,1])], ['z', scalar(0)], ['w', float32([1,1,2,2],[1,1,1,1])]]),
    types: new Map([['y', { dtype: 'float32', dims: [1,1,5,5] }]]) };
  const s = await ort.InferenceSession.create(encodeModel(graph as any), { logSeverityLevel: 3, graphOptimizationLevel: level });
  const o = await s.run({ x: new ort.Tensor('float32', new Float32Array(16).fill(-1), [1,1,4,4]) });
  console.log(level, op, Array.from(o.y!.data as Float32Array).join(' '));
 }
});
