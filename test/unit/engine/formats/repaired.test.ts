/** Repaired copies of fixtures: what their own frameworks made of the very bytes that we write. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModel } from '../../../../src/engine/formats';
import { sha256 } from '../../../../src/runner/files/sha256';
import { readGolden } from '../../../support/golden';
import { memoryFiles } from '../../../support/memoryFiles';
import { REPAIRED_FIXTURES, repairedFixture } from '../../../support/repairedFixture';
import { largestDifference, runGraph } from '../../../support/runModel';
import { float32, floats } from '../../../../src/engine/graph/tensor';

const FIXTURES = path.join('test', 'fixtures');

describe.each(Object.entries(REPAIRED_FIXTURES))('%s, repaired', (source, baseName) => {
  const folder = path.posix.dirname(source);
  const golden = path.join(FIXTURES, 'repaired', `${`${folder}/${baseName}`.replaceAll(/[/.]/g, '-')}.golden.json`);
  const { sha256: hashes } = JSON.parse(fs.readFileSync(golden, 'utf8')) as { sha256: Record<string, string> };
  const { x, y } = readGolden(golden);

  it('is byte for byte what the framework has read', async () => {
    const { files } = await repairedFixture(path.join(FIXTURES, source), baseName);
    expect(Object.fromEntries(files.map(({ name, bytes }) => [name, sha256(bytes)]))).toEqual(hashes);
  });

  it('gives what the framework gives, read again and in memory', async () => {
    const { model, weights, files } = await repairedFixture(path.join(FIXTURES, source), baseName);
    const again = await readModel(
      memoryFiles(Object.fromEntries(files.map(({ name, bytes }) => [name, bytes]))),
      baseName,
    );
    const largest = Math.max(...floats(y).map(Math.abs));
    const unit = (tensor: typeof y): typeof y =>
      float32(
        tensor.dims,
        floats(tensor).map((value) => value / largest),
      );
    const initializers = new Map([...model.graph.initializers, ...weights]);
    for (const graph of [again.graph, { ...model.graph, initializers }]) {
      expect(largestDifference(unit(await runGraph(graph, x)), unit(y))).toBeLessThan(1e-5);
    }
  });
});
