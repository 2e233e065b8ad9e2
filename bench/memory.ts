/**
 * @file Memory of a scan against the number of labels, at 224×224 pixels: a small network with random weights, because only sizes matter here.
 * Prints the peak of a scan of ten labels and of all of them. Usage: tsx bench/memory.ts [--classes 1000]
 */
import { classifierOf } from '../src/engine/classify/classifier';
import { scanLabels } from '../src/engine/detect/scanLabels';
import type { Graph } from '../src/engine/graph/graph';
import { float32 } from '../src/engine/graph/tensor';
import { RAW } from '../src/engine/samples/preprocessing/preprocessing';
import { generateSamples } from '../src/engine/samples/generated/generateSamples';
import { completeSettings } from '../src/engine/scan/settings';
import { Random } from '../src/engine/support/random';
import { openRuntime } from '../src/runner/runtimes/runtimes';
import { option } from './lib/options';

const SIDE = 224;
const FILTERS = 16;
const MIB = 2 ** 20;

function network(classes: number): Graph {
  const random = new Random(1);
  const weights = (...dims: number[]) => {
    const size = dims.reduce((a, b) => a * b, 1);
    return float32(
      dims,
      Float32Array.from({ length: size }, () => 0.1 * random.normal()),
    );
  };
  const node = (op: string, inputs: string[], output: string, attributes = {}) => ({
    ...{ op, name: output, inputs, outputs: [output], attributes },
  });
  return {
    inputs: [{ name: 'image', dtype: 'float32', dims: [null, 3, SIDE, SIDE] }],
    outputs: ['logits'],
    nodes: [
      node('Conv', ['image', 'filters'], 'conv', { kernel_shape: [8, 8], strides: [8, 8] }),
      node('Relu', ['conv'], 'relu'),
      node('GlobalAveragePool', ['relu'], 'pool'),
      node('Flatten', ['pool'], 'flat'),
      node('Gemm', ['flat', 'dense'], 'logits', { transB: 1 }),
    ],
    initializers: new Map([
      ['filters', weights(FILTERS, 3, 8, 8)],
      ['dense', weights(classes, FILTERS)],
    ]),
  };
}

const classes = Number(option('classes') ?? 1000);
const runtime = await openRuntime({ threads: 1 });
const classifier = classifierOf(network(classes));
const images = { ...generateSamples(classifier.input, 64), labels: Int32Array.from({ length: 64 }, (_, i) => i) };

async function peakOf(labels: number): Promise<number> {
  const settings = completeSettings({ labels: Array.from({ length: labels }, (_, label) => label) }, classes);
  const now = (): number => performance.now() / 1000;
  const { imagePasses } = await scanLabels(
    { runtime, classifier, preprocessing: RAW, images, settings, checkpointKey: '', now },
    {},
  );
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(`${labels} labels: ${imagePasses.toLocaleString('en-US')} image passes, peak ${peak.toFixed(0)} MiB`);
  return peak;
}

const few = await peakOf(10);
const many = await peakOf(classes);
console.log(
  `${classes - 10} labels more: ${(many - few).toFixed(0)} MiB; variables and triggers of all would be ${((classes * 16 * 4 * SIDE * SIDE) / MIB).toFixed(0)} MiB`,
);
