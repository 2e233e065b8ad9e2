import { test } from 'vitest';
import * as fs from 'node:fs';
import { nodeFiles } from '../../../../src/runner/nodeFiles';
import { kerasH5 } from '../../../../src/engine/formats/keras-h5/index';
import { kerasV3 } from '../../../../src/engine/formats/keras-v3/index';
import { tfjsLayers } from '../../../../src/engine/formats/tfjs/index';
const F = '/work/main/test/fixtures/bad/';
test('x', async () => {
  const expect = JSON.parse(fs.readFileSync(F + 'expect.json', 'utf8'));
  const out: string[] = [];
  for (const [n, e] of Object.entries<any>(expect)) {
    if (n.endsWith('.onnx')) continue;
    const head = new Uint8Array(fs.readFileSync(F + n).subarray(0, 4096));
    const fits = [];
    for (const f of [kerasH5, kerasV3, tfjsLayers]) if (await f.detect(nodeFiles, F + n, head)) fits.push(f);
    if (fits.length !== 1) {
      out.push(`${n} [${e.kind}] detected by ${fits.map((f) => f.id)} -- ${e.reason}`);
      continue;
    }
    const t0 = performance.now();
    const m0 = process.memoryUsage().rss;
    try {
      const m = await fits[0]!.read(nodeFiles, F + n, {});
      out.push(`${n} [${e.kind}] READ OK outputs ${m.graph.outputs} findings ${m.findings.length} -- ${e.reason}`);
    } catch (err: any) {
      out.push(
        `${n} [${e.kind}] ${err.name}: ${err.message} -- ${e.reason} ${err.summary === undefined ? err.stack : ''}`,
      );
    }
    const dt = performance.now() - t0;
    const dm = (process.memoryUsage().rss - m0) / 1e6;
    if (dt > 100 || dm > 30) out.push(`   took ${dt.toFixed()} ms, ${dm.toFixed()} MB`);
  }
  console.log(out.join('\n'));
});
