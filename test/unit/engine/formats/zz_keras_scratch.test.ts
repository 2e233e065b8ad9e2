import { test } from 'vitest';
import * as fs from 'node:fs';
import * as ort from 'onnxruntime-node';
import { nodeFiles } from '../../../../src/runner/nodeFiles';
import { encodeModel } from '../../../../src/engine/runtime/encode';
import { kerasH5 } from '../../../../src/engine/formats/keras-h5/index';
import { kerasV3 } from '../../../../src/engine/formats/keras-v3/index';
import { tfjsLayers } from '../../../../src/engine/formats/tfjs/index';
const F = '/work/main/test/fixtures/';
const dec = (a: any) => {
  const b = Buffer.from(a.float32, 'base64');
  return { shape: a.shape as number[], data: new Float32Array(new Uint8Array(b).buffer) };
};
const list: [any, string, string][] = [];
for (const n of fs.readdirSync(F + 'keras-h5'))
  if (n.endsWith('.h5'))
    list.push([kerasH5, F + 'keras-h5/' + n, F + 'keras-h5/' + n.replace(/(\.weights)?\.h5$/, '.golden.json')]);
for (const n of fs.readdirSync(F + 'keras-v3'))
  if (n.endsWith('.keras'))
    list.push([kerasV3, F + 'keras-v3/' + n, F + 'keras-v3/' + n.replace('.keras', '.golden.json')]);
for (const n of fs.readdirSync(F + 'tfjs'))
  list.push([tfjsLayers, F + `tfjs/${n}/model.json`, F + `tfjs/${n}/golden.json`]);
test('x', async () => {
  let worst = 0;
  let bad = 0;
  for (const [fmt, p, g] of list) {
    try {
      const arch = p.replace(/(\.weights)?\.h5$/, '.architecture.json');
      const o = p.endsWith('.h5') && fs.existsSync(arch) ? { architecture: arch } : {};
      const head = new Uint8Array(fs.readFileSync(p).subarray(0, 4096));
      if (!(await fmt.detect(nodeFiles, p, head))) console.log('not detected', p);
      const m = await fmt.read(nodeFiles, p, o);
      const golden = JSON.parse(fs.readFileSync(g, 'utf8'));
      const x = dec(golden.input);
      const y = dec(golden.output);
      let [n, a, b, c] = x.shape as any;
      let data = x.data;
      let dims = x.shape;
      if (golden.input.layout === 'NHWC') {
        data = new Float32Array(x.data.length);
        dims = [n, c, a, b];
        for (let i = 0; i < n; i++)
          for (let h = 0; h < a; h++)
            for (let w = 0; w < b; w++)
              for (let k = 0; k < c; k++) data[((i * c + k) * a + h) * b + w] = x.data[((i * a + h) * b + w) * c + k]!;
      }
      const graph = {
        ...m.graph,
        inputs: [{ ...m.graph.inputs[0]!, dims }],
        types: new Map([[m.graph.outputs[0]!, { dtype: 'float32' as const, dims: y.shape }]]),
      };
      const s = await ort.InferenceSession.create(encodeModel(graph as any, (graph as any).types), {
        logSeverityLevel: 3,
        extra: { optimization: { disable_specified_optimizers: 'Pad_Fusion' } },
      });
      const out = await s.run({ [m.graph.inputs[0]!.name]: new ort.Tensor('float32', data, dims) });
      const r = out[m.graph.outputs[0]!]!.data as Float32Array;
      let e = 0;
      r.forEach((v, i) => (e = Math.max(e, Math.abs(v - y.data[i]!))));
      worst = Math.max(worst, e);
      if (e > 1e-5 || r.length !== y.data.length)
        console.log(p.slice(F.length), 'diff', e, r.length, y.data.length, golden.notes);
    } catch (err: any) {
      bad++;
      console.log(
        p.slice(F.length),
        err.name,
        err.message.slice(0, 400),
        err.stack?.split('\n').slice(1, 5).join('\n'),
      );
    }
  }
  console.log('models', list.length, 'worst', worst, 'failed', bad);
});
