import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { newGraph } from '../../../../src/engine/ops/newGraph';
import { gradientName } from '../../../../src/engine/graph/differentiate';
import { float32, floats } from '../../../../src/engine/graph/tensor';
import { ONNX_TYPE } from '../../../../src/engine/ops/elementwise/cast';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import { createTensorFlowRuntime } from '../../../../src/engine/runtime/tensorflow';
import { cases } from '../../../support/cases/comparison';
import { describeOperators } from '../../../support/describeOperators';

describeOperators('comparison', cases);

it('no gradient flows through conditions and whole numbers, in either runtime', async () => {
  const b = newGraph();
  const x = b.input('x', [4]);
  const chosen = b.op('Where', [b.op('Less', [x, b.scalar(0)]), b.op('Mul', [x, b.scalar(3)]), b.op('Neg', [x])]);
  const whole = b.op('Cast', [b.op('Cast', [x], { to: ONNX_TYPE.int64 })], { to: ONNX_TYPE.float32 });
  const flag = b.op('Cast', [b.op('Cast', [x], { to: ONNX_TYPE.bool })], { to: ONNX_TYPE.float32 });
  const index = b.op('Cast', [b.op('ArgMax', [x], { axis: 0 })], { to: ONNX_TYPE.float32 });
  const factors = [whole, flag, b.op('Floor', [x]), index];
  const loss = b.op('ReduceSum', [factors.reduce((sum, factor) => b.op('Add', [sum, factor]), chosen)], {
    keepdims: 0,
  });
  const graph = b.build({ loss });

  await tf.setBackend('cpu');
  for (const runtime of [
    await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 }),
    createTensorFlowRuntime(tf, 'tfjs cpu'),
  ]) {
    const session = await runtime.compile(graph, { loss: 'loss', wrt: ['x'] });
    const outputs = await session.run(new Map([['x', float32([4], [-1.5, 2.5, -0.3, 0.7])]]));
    expect([...floats(outputs.get(gradientName('x'))!)]).toEqual([3, -1, 3, -1]);
    await session.dispose();
  }
});
