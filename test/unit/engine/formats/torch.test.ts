/** @file Weights as PyTorch and Hugging Face publish them: reading, running, writing back. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeFindings } from '../../../../src/engine/formats/pytorch/read';
import { foreignGlobals } from '../../../../src/engine/formats/pytorch/stateDict';
import { readModel } from '../../../../src/engine/formats';
import type { ModelFile } from '../../../../src/engine/formats/format';
import { float32, floats, type Tensor } from '../../../../src/engine/graph/tensor';
import {
  ModelFormatError,
  type NeuralCleanseError,
  UnsupportedModelError,
} from '../../../../src/engine/support/errors';
import { nodeFiles } from '../../../../src/runner/files/nodeFiles';
import { safetensorsOf } from '../../../support/safetensorsOf';
import { memoryFiles } from '../../../support/memoryFiles';
import { deviation } from '../../../support/runModel';

const FOLDER = path.join(import.meta.dirname, '../../../fixtures/torch');
const GOLDEN = fs
  .readdirSync(FOLDER)
  .filter((name) => fs.existsSync(path.join(FOLDER, goldenName(name))) && !/\.(json|onnx)$/.test(name));

function goldenName(name: string): string {
  return name.replace(/\.[^.]+$/, '.golden.json');
}

interface Golden {
  readonly input: { readonly shape: number[]; readonly float32: string };
  readonly output: { readonly shape: number[]; readonly float32: string };
}

function tensorOf({ shape, float32: base64 }: Golden['input']): Tensor {
  return float32(shape, new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer));
}

function open(name: string): Promise<ModelFile> {
  const architecture = name === 'plain.pth' ? { architecture: path.join(FOLDER, 'plain.onnx') } : {};
  return readModel(nodeFiles, path.join(FOLDER, name), architecture);
}

describe('weights that the frameworks wrote', () => {
  it('are there', () => {
    expect(GOLDEN.length).toBeGreaterThan(11);
  });

  it.each(GOLDEN)('%s gives the results of its framework', async (name) => {
    const golden = JSON.parse(fs.readFileSync(path.join(FOLDER, goldenName(name)), 'utf8')) as Golden;
    expect(await deviation(await open(name), tensorOf(golden.input), tensorOf(golden.output))).toBeLessThan(1e-4);
  });

  it.each(GOLDEN)('%s is written back byte for byte when nothing changes', async (name) => {
    const [file] = await (await open(name)).write(new Map(), name);
    expect(Buffer.compare(file!.bytes, fs.readFileSync(path.join(FOLDER, name)))).toBe(0);
  });

  it.each(GOLDEN)('%s keeps changed weights, and all else as it was', async (name) => {
    const model = await open(name);
    const [first] = model.weights;
    const before = model.graph.initializers.get(first!)!;
    const changed = float32(
      before.dims,
      floats(before).map((value, i) => (i % 2 === 0 ? value : 0)),
    );
    const [file] = await model.write(new Map([[first!, changed]]), 'changed');
    const original = fs.readFileSync(path.join(FOLDER, name));
    expect(file!.bytes).toHaveLength(original.length);
    const beside = fs.readFileSync(path.join(FOLDER, 'plain.onnx'));
    const again = await readModel(memoryFiles({ changed: file!.bytes, 'plain.onnx': beside }), 'changed', {
      ...(name === 'plain.pth' && { architecture: 'plain.onnx' }),
    });
    for (const weight of model.weights) {
      const expected = weight === first ? changed : model.graph.initializers.get(weight)!;
      expect(again.graph.initializers.get(weight)!.data, weight).toEqual(expected.data);
    }
  });
});

describe('what is no bare state dictionary', () => {
  it('may be a whole module, of which the weights are read and said so', async () => {
    const { findings } = await open('resnext-module.pt');
    expect(findings).toEqual([
      {
        severity: 'note',
        message: 'The file holds a whole Python object, not weights alone; only its weights were read.',
      },
    ]);
  });

  it('names what is no part of weights, functions of PyTorch too', () => {
    const weights = [
      'collections.OrderedDict',
      'torch._utils._rebuild_tensor_v2',
      'torch.FloatStorage',
      'torch.float32',
    ];
    const others = ['builtins.eval', 'torch.hub', 'torch.load', 'torch._utils._rebuild_wrapper_subclass'];
    expect(foreignGlobals(new Set([...others, ...weights]))).toEqual([...others].sort());
    const modules = ['torch.nn.modules.conv.Conv2d', 'torchvision.ops.misc.Conv2dNormActivation', 'builtins.set'];
    const functions = ['timm.models.load_checkpoint', 'torch.nn.modules.module.register_module_forward_hook'];
    const findings = codeFindings(new Set([...modules, ...functions]));
    expect(findings.map(({ severity, place }) => place ?? severity)).toEqual(['note', ...functions]);
  });

  it('may want to run code, which is named and not done', async () => {
    const { findings } = await open('wants-to-run-code.pth');
    expect(findings).toEqual([
      {
        severity: 'warning',
        place: 'posix.system',
        message:
          'Loading this file in Python would call posix.system, which weights do not need; here nothing was run.',
      },
    ]);
  });

  it('takes its network from an ONNX file beside it: of the same name, or the only one', async () => {
    const [weights, network] = ['plain.pth', 'plain.onnx'].map((name) => fs.readFileSync(path.join(FOLDER, name)));
    const other = fs.readFileSync(path.join(FOLDER, '../onnx/cnn-opset13.onnx'));
    const same = memoryFiles({ 'a.pth': weights!, 'a.onnx': network!, 'b.onnx': other });
    const model = await readModel(same, 'a.pth');
    expect(model.parts).toEqual(['a.pth', 'a.onnx']);
    expect(model.findings[0]?.message).toBe('The network is that of a.onnx, which lies beside the weights.');
    expect((await readModel(memoryFiles({ 'a.pth': weights!, 'net.onnx': network! }), 'a.pth')).weights.size).toBe(10);
    const repaired = memoryFiles({ 'a.repaired.pth': weights!, 'a.onnx': network!, 'b.onnx': other });
    expect((await readModel(repaired, 'a.repaired.pth')).architecture).toBe('a.onnx');
    const several = memoryFiles({ 'a.pth': weights!, 'net.onnx': network!, 'b.onnx': other });
    await expect(readModel(several, 'a.pth')).rejects.toThrow(/none that we know/);
  });

  it('of safetensors is matched by the order of its layers, because the format sorts weights', async () => {
    const network = path.join(FOLDER, 'plain.onnx');
    const model = await readModel(nodeFiles, network);
    const layers = new Map<string, number>();
    const names = new Map(
      [...model.weights].map((name) => {
        const layer = name.slice(0, name.lastIndexOf('.'));
        if (!layers.has(layer)) layers.set(layer, layers.size);
        return [name, `${2 * layers.get(layer)! + 7}.${name.slice(name.lastIndexOf('.') + 1)}`];
      }),
    );
    const graph = {
      ...model.graph,
      initializers: new Map(
        [...names]
          .sort(([, a], [, b]) => (a < b ? -1 : 1))
          .map(([name, as]) => [as, model.graph.initializers.get(name)!]),
      ),
    };
    const renamed = { ...model, graph, weights: new Set(names.values()) };
    const files = memoryFiles({ 'a.safetensors': safetensorsOf(renamed), 'a.onnx': fs.readFileSync(network) });
    const { graph: found } = await readModel(files, 'a.safetensors');
    for (const name of model.weights) {
      expect(found.initializers.get(name)!.data, name).toEqual(model.graph.initializers.get(name)!.data);
    }
  });

  it('is refused where no network is known for it, and one is asked for', async () => {
    const file = path.join(FOLDER, 'plain.pth');
    const alone = memoryFiles({ 'plain.pth': fs.readFileSync(file) });
    await expect(readModel(alone, 'plain.pth')).rejects.toMatchObject({ details: { hint: /architecture/ } });
    const architecture = path.join(FOLDER, '../onnx/cnn-opset13.onnx');
    await expect(readModel(nodeFiles, file, { architecture })).rejects.toThrow(UnsupportedModelError);
  });
});

describe('damaged and hostile files', () => {
  const bad = path.join(FOLDER, '../bad');
  const expectations = JSON.parse(fs.readFileSync(path.join(bad, 'expect.json'), 'utf8')) as Record<
    string,
    { kind: string }
  >;

  it.each<[string, typeof NeuralCleanseError, RegExp]>([
    ['torchscript.pt', UnsupportedModelError, /TorchScript programs are not supported/],
    ['no-weights.pt', UnsupportedModelError, /the file holds no weights/],
    ['only-code.pt', UnsupportedModelError, /got an object of posix\.system/],
    ['nan.pth', UnsupportedModelError, /none that we know/],
    ['beyond.safetensors', ModelFormatError, /"fc\.weight": a weight does not lie in the data/],
    ['huge-header.safetensors', ModelFormatError, /the header is cut off/],
  ])('%s', async (name, kind, message) => {
    expect(expectations).toHaveProperty([name]);
    const reading = readModel(nodeFiles, path.join(bad, name));
    await expect(reading).rejects.toThrow(kind);
    await expect(reading).rejects.toThrow(message);
  });

  it('says which weight is no number, and which file is damaged', async () => {
    const weights = path.join(bad, 'nan.pth');
    const architecture = path.join(FOLDER, 'plain.onnx');
    await expect(readModel(nodeFiles, weights, { architecture })).rejects.toThrow(
      /^nan\.pth: "body\.bias": a weight is not a finite number \(expected finite numbers, got NaN at element 2\)/,
    );
    const garbage = { architecture: path.join(bad, 'garbage.onnx') };
    await expect(readModel(nodeFiles, weights, garbage)).rejects.toThrow(/^garbage\.onnx: /);
  });

  it.each(['resnet-basic.pth', 'densenet-legacy.pth', 'vgg-bn.safetensors'])('%s, cut off', async (name) => {
    const bytes = fs.readFileSync(path.join(FOLDER, name));
    for (const length of [100, 1000, bytes.length >> 1, bytes.length - 100]) {
      const files = memoryFiles({ cut: bytes.subarray(0, length) });
      await expect(readModel(files, 'cut')).rejects.toThrow(ModelFormatError);
    }
  });
});
