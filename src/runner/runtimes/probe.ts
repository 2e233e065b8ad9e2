/** @file Does a runtime work? Compiles and runs a tiny graph, forwards and backwards. */
import { RuntimeUnavailableError } from '../../engine/support/errors';
import { newGraph } from '../../engine/ops/newGraph';
import { gradientName } from '../../engine/graph/differentiate';
import { float32, floats } from '../../engine/graph/tensor';
import type { Runtime } from '../../engine/runtime/runtime';

/** Throws {@link RuntimeUnavailableError} unless loss = Σ x² and its gradient 2x come out right. */
export async function probeRuntime(runtime: Runtime): Promise<void> {
  const b = newGraph();
  const x = b.input('x', [1, 3]);
  const graph = b.build({ loss: b.op('ReduceSum', [b.op('Mul', [x, x])], { keepdims: 0 }) });
  const session = await runtime.compile(graph, { loss: 'loss', wrt: ['x'] });
  try {
    const results = await session.run(new Map([['x', float32([1, 3], [1, -2, 3])]]));
    const values = ['loss', gradientName('x')].flatMap((name) => {
      const tensor = results.get(name);
      return tensor === undefined ? [] : Array.from(floats(tensor));
    });
    if (values.join() !== '14,2,-4,6') {
      throw new RuntimeUnavailableError(`${runtime.description} computes wrong values`, {
        expected: '14, 2, -4, 6',
        got: values.join(', '),
      });
    }
  } finally {
    await session.dispose();
  }
}
