import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { classifierOf, type Classifier } from '../../../../../src/engine/classify/classifier';
import type { LabelTrigger } from '../../../../../src/engine/classify/labelTrigger';
import { responseMeter } from '../../../../../src/engine/detect/respond/response';
import { readModel } from '../../../../../src/engine/formats';
import { parseReport } from '../../../../../src/engine/output/scanJson';
import { createOnnxRuntime } from '../../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../../src/engine/runtime/runtime';
import { RAW } from '../../../../../src/engine/samples/preprocessing/preprocessing';
import { readSamples } from '../../../../../src/engine/samples/readSamples';
import type { Samples } from '../../../../../src/engine/samples/samples';
import { reversedTriggers } from '../../../../../src/engine/scan/reversedTriggers';
import { nodeFiles } from '../../../../../src/runner/files/nodeFiles';
import { ROOT } from '../../../../support/project';

const INFECTED = 7;
const CLEAN = 2;

let runtime: Runtime;
let classifier: Classifier;
let images: Samples;
let infected: LabelTrigger;
let clean: LabelTrigger;

beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
  const sample = path.join(ROOT, 'media', 'sample');
  classifier = classifierOf((await readModel(nodeFiles, path.join(sample, 'infected.onnx'))).graph);
  images = await readSamples(nodeFiles, path.join(sample, 'images'), classifier.input, {});
  const report = parseReport(await fs.readFile(path.join(ROOT, 'test/fixtures/reports/sample.json'), 'utf8'));
  const triggers = reversedTriggers(report, [INFECTED, CLEAN], classifier.input);
  [infected, clean] = [triggers[0]!, triggers[1]!];
});

describe('the response of the sample model', () => {
  it.each([true, false])('is large for the infected label alone; images are labelled: %s', async (labelled) => {
    const { labels, ...unlabelled } = images;
    expect(labels).toBeDefined();
    const given = labelled ? images : unlabelled;
    const meter = await responseMeter({
      ...{ runtime, classifier, preprocessing: RAW, images: given, loss: 'cross-entropy', seed: 1 },
    });
    const { ratios, imagePasses } = await meter!.measure([infected, clean], [INFECTED, CLEAN]);
    expect(ratios.get(INFECTED)).toBeGreaterThan(3);
    expect(ratios.get(CLEAN)).toBeLessThan(2);
    // Two labels before and after, and the unlearning between.
    expect(imagePasses).toBe(4 * 80 * 8 + 120 * 32);
    const other = await meter!.measure([clean], [INFECTED]);
    expect(other.ratios.get(INFECTED)).toBeLessThan(2);
    expect(other.imagePasses).toBe(80 * 8 + 120 * 32);
  });
});

it('is not asked of a model that has nothing to train', async () => {
  const fixed = { ...classifier, graph: { ...classifier.graph, nodes: [] } };
  const meter = await responseMeter({
    ...{ runtime, classifier: fixed, preprocessing: RAW, images, loss: 'cross-entropy', seed: 1 },
  });
  expect(meter).toBeUndefined();
});
