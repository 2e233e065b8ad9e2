import { test } from 'vitest';
import * as fs from 'node:fs';
import * as ort from 'onnxruntime-node';
import { nodeFiles } from '../../../../src/runner/nodeFiles';
import { encodeModel } from '../../../../src/engine/runtime/encode';
import { kerasH5 } from '../../../../src/engine/formats/keras-h5/index';
import { tfjsLayers } from '../../../../src/engine/formats/tfjs/index';
import { kerasV3 } from '../../../../src/engine/formats/keras-v3/index';
const dec = (a: any) => {
  const b = Buffer.from(a.float32, 'base64');
  return { shape: a.shape as number[], data: new Float32Array(new Uint8Array(b).buffer) };
};
test('x', async () => {
  let worst = 0,
    n0 = 0,
    bad = 0;
  const log: string[] = [];
  const todo: [string, string, string][] = [];
  for (const w of (process.env.W ?? '216,224,tf1,k2,k3').split(','))
    if (w !== 'js')
      for (const f of fs.readdirSync('/tmp/extra/' + w).filter((f) => /\.(h5|keras)$/.test(f)))
        todo.push([w, f, `/tmp/extra/${w}/${f}`]);
  for (const f of ['seq', 'fun']) todo.push(['js', f, `/tmp/tfjs/${f}/model.json`]);
  for (const [w, f, p] of todo) {
    try {
      n0++;
      const m = await (w === 'js' ? tfjsLayers : f.endsWith('h5') ? kerasH5 : kerasV3).read(nodeFiles, p, {});
      const golden = JSON.parse(
        fs.readFileSync(w === 'js' ? p.replace('model.json', 'golden.json') : p + '.golden.json', 'utf8'),
      );
      const x = dec(golden.input);
      const y = dec(golden.output);
      let [n, a, b, c] = x.shape as any;
      let data = x.data;
      let dims = x.shape;
      const want = m.graph.inputs[0]!.dims;
      if (x.shape.length === 4) {
        data = new Float32Array(x.data.length);
        dims = [n, c, a, b];
        for (let i = 0; i < n; i++)
          for (let h = 0; h < a; h++)
            for (let w = 0; w < b; w++)
              for (let k = 0; k < c; k++) data[((i * c + k) * a + h) * b + w] = x.data[((i * a + h) * b + w) * c + k]!;
      } else if (x.shape.length === 2 && want[1] === 3) {
        dims = [n, 3, want[2], want[3]];
        data = new Float32Array(x.data.length);
        const hw = want[2]! * want[3]!;
        for (let i = 0; i < n; i++)
          for (let q = 0; q < hw; q++)
            for (let k = 0; k < 3; k++) data[(i * 3 + k) * hw + q] = x.data[(i * hw + q) * 3 + k]!;
      } else dims = [n, 1, want[2], want[3]];
      const graph = { ...m.graph, inputs: [{ ...m.graph.inputs[0]!, dims }] };
      const s = await ort.InferenceSession.create(
        encodeModel(graph as any, new Map([[m.graph.outputs[0]!, { dtype: 'float32' as const, dims: y.shape }]])),
        { logSeverityLevel: 3, extra: { optimization: { disable_specified_optimizers: 'Pad_Fusion' } } },
      );
      const out = await s.run({ [m.graph.inputs[0]!.name]: new ort.Tensor('float32', data, dims) });
      const r = out[m.graph.outputs[0]!]!.data as Float32Array;
      let e = 0;
      r.forEach((v, i) => (e = Math.max(e, Math.abs(v - y.data[i]!))));
      worst = Math.max(worst, e);
      if (!(e < 1e-5) || r.length !== y.data.length) log.push(`${w}/${f} diff ${e}`);
      if (m.findings.length) log.push(`${w}/${f} ` + m.findings.map((q) => q.place + ': ' + q.message).join(' | '));
    } catch (err: any) {
      bad++;
      log.push(
        `${w}/${f} ${err.name} ${err.message.slice(0, 300)} ` +
          (err.summary ? '' : err.stack?.split('\n').slice(1, 4).join('\n')),
      );
    }
  }
  console.log(log.join('\n'));
  console.log('models', n0, 'worst', worst, 'failed', bad);
});
