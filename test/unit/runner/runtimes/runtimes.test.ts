import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import { RuntimeUnavailableError, UsageError } from '../../../../src/engine/support/errors';
import { probeRuntime } from '../../../../src/runner/runtimes/probe';
import { openRuntime } from '../../../../src/runner/runtimes/runtimes';
import { type LoadPackage } from '../../../../src/runner/runtimes/loadPackage';

const GPU = '@tensorflow/tfjs-node-gpu';
const CPU = '@tensorflow/tfjs-node';

/** TensorFlow.js with its plain backend, which claims to be on a GPU or not. */
function fakeTensorFlow(isUsingGpuDevice: boolean): object {
  return { ...tf, backend: () => ({ isUsingGpuDevice }), version_core: '4.22.0' };
}

/** Knows the given packages and no others. */
function loader(packages: Readonly<Record<string, object>>): LoadPackage {
  return (name) => {
    const found = packages[name];
    return found === undefined
      ? Promise.reject(new Error(`Cannot find package '${name}'\nRequire stack: …`))
      : Promise.resolve(found);
  };
}

describe('ONNX Runtime', () => {
  it('is the default and works', async () => {
    const runtime = await openRuntime({ threads: 1 });
    expect(runtime.description).toMatch(/^onnxruntime-(node|web) [\d.]+ \((cpu|wasm)\)$/);
  });

  it('runs the same graphs in WebAssembly', async () => {
    const runtime = await openRuntime({ library: 'onnxruntime-web', threads: 1 });
    expect(runtime.description).toMatch(/^onnxruntime-web [\d.]+ \(wasm\)$/);
  });

  it('does not fall back where a provider was asked for', async () => {
    await expect(openRuntime({ provider: 'no-such-device', threads: 0 })).rejects.toThrow(RuntimeUnavailableError);
    await expect(openRuntime({ library: 'onnxruntime-web', provider: 'cuda', threads: 0 })).rejects.toThrow(UsageError);
  });
});

describe('TensorFlow.js on Node', () => {
  it('prefers the GPU package', async () => {
    const load = loader({ [GPU]: { default: fakeTensorFlow(true) }, [CPU]: fakeTensorFlow(false) });
    const runtime = await openRuntime({ library: 'tensorflow', threads: 0 }, load);
    expect(runtime.description).toBe('@tensorflow/tfjs-node-gpu 4.22.0 (GPU)');
    await expect(probeRuntime(runtime)).resolves.toBeUndefined();
  });

  it('falls back to the CPU package and says what it runs on', async () => {
    const load = loader({ [CPU]: fakeTensorFlow(false) });
    const runtime = await openRuntime({ library: 'tensorflow', threads: 0 }, load);
    expect(runtime.description).toBe('@tensorflow/tfjs-node 4.22.0 (CPU)');
  });

  it('admits that the GPU package runs without a GPU', async () => {
    const load = loader({ [GPU]: fakeTensorFlow(false) });
    const runtime = await openRuntime({ library: 'tensorflow', threads: 0 }, load);
    expect(runtime.description).toBe('@tensorflow/tfjs-node-gpu 4.22.0 (CPU)');
    await expect(openRuntime({ library: 'tensorflow', provider: 'cuda', threads: 0 }, load)).rejects.toThrow(
      'TensorFlow found no GPU',
    );
  });

  it('gives the reason for every package', async () => {
    const opened = openRuntime({ library: 'tensorflow', threads: 0 }, loader({ [CPU]: { default: {} } }));
    await expect(opened).rejects.toThrow(RuntimeUnavailableError);
    await expect(opened).rejects.toThrow(
      `TensorFlow.js does not work here: ${GPU}: not installed; ${CPU}: the package is not TensorFlow.js.`,
    );
  });

  it('refuses a library that computes wrong values', async () => {
    const wrong = { ...tf, backend: () => ({}), mul: (a: tf.Tensor) => tf.mul(a, 2) };
    await expect(openRuntime({ library: 'tensorflow', threads: 0 }, loader({ [CPU]: wrong }))).rejects.toThrow(
      /computes wrong values/,
    );
  });

  it('knows no other provider', async () => {
    await expect(openRuntime({ library: 'tensorflow', provider: 'webgpu', threads: 0 }, loader({}))).rejects.toThrow(
      UsageError,
    );
  });
});
