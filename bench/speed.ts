/** @file Speed as ratios inside one run; `npm run bench` prints them. Absolute times are for orientation only. */
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { ARCHITECTURES, buildNetwork, type Architecture } from '../src/engine/attack/architectures';
import { encodeNetwork } from '../src/engine/attack/encodeNetwork';
import { labelsPerStep } from '../src/engine/detect/scanLabels';
import { TriggerStep } from '../src/engine/detect/triggerStep';
import { readModel } from '../src/engine/formats';
import { GraphBuilder } from '../src/engine/graph/builder';
import { appendClassifier, classifierOf, type Classifier } from '../src/engine/graph/classifier';
import { float32, floats } from '../src/engine/graph/tensor';
import { Random } from '../src/engine/random';
import type { Runtime } from '../src/engine/runtime/runtime';
import { RAW } from '../src/engine/samples/preprocessing';
import { TrainingStep } from '../src/engine/training/trainingStep';
import { nodeFiles } from '../src/runner/nodeFiles';
import { openRuntime } from '../src/runner/runtimes';
import { interleaved, median } from './lib/timing';

const BATCH = 32;

interface Subject {
  readonly classifier: Classifier;
  readonly weights: readonly string[];
}

function subject(architecture: Architecture, channels: number, size: number, classes: number): Subject {
  const network = buildNetwork(ARCHITECTURES[architecture](classes), { channels, height: size, width: size }, 1);
  return { classifier: classifierOf(network.graph), weights: network.weights };
}

function noise(length: number): Float32Array {
  const random = new Random(1);
  return Float32Array.from({ length }, () => 255 * random.uniform());
}

/** One forward pass of the batch; the unit of all ratios. */
async function forward(runtime: Runtime, { input, ...rest }: Classifier): Promise<() => Promise<void>> {
  const dims = [BATCH, input.channels, input.height, input.width];
  const b = new GraphBuilder();
  const logits = appendClassifier(b, { input, ...rest }, b.input('images', dims));
  const session = await runtime.compile(b.build({ logits }));
  const images = float32(dims, noise(BATCH * input.channels * input.height * input.width));
  return async () => {
    await session.run(new Map([['images', images]]));
  };
}

async function triggerStep(runtime: Runtime, classifier: Classifier, labels: number): Promise<() => Promise<void>> {
  const { channels, height, width } = classifier.input;
  const step = await TriggerStep.compile(runtime, classifier, RAW, { labels, batch: BATCH }, 'cross-entropy');
  const inputs = {
    images: noise(labels * BATCH * channels * height * width),
    maskVariable: new Float32Array(labels * height * width),
    patternVariable: new Float32Array(labels * channels * height * width),
    targets: Array.from({ length: labels }, (_, label) => label % classifier.classes),
    lambdas: new Float32Array(labels).fill(1e-3),
  };
  return async () => {
    await step.run(inputs);
  };
}

async function unlearningStep(runtime: Runtime, { classifier, weights }: Subject): Promise<() => Promise<void>> {
  const { channels, height, width } = classifier.input;
  const step = await TrainingStep.compile(runtime, classifier, RAW, weights, BATCH);
  const images = noise(BATCH * channels * height * width);
  const labels = new Int32Array(BATCH);
  const values = new Map(weights.map((name) => [name, floats(classifier.graph.initializers.get(name)!)]));
  return async () => {
    await step.run(images, labels, values);
  };
}

async function loading(): Promise<{ prepare: number; read: number; megabytes: number }> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'neural-cleanse-bench-'));
  try {
    // 64×64 images make the dense layer, and so the file, about 100 MB.
    const layers = [...ARCHITECTURES.gtsrb(43)].map((layer) =>
      layer.kind === 'dense' && layer.units === 512 ? { ...layer, units: 2048 } : layer,
    );
    const network = buildNetwork(layers, { channels: 3, height: 96, width: 96 }, 1);
    const file = path.join(folder, 'large.onnx');
    await fs.writeFile(file, encodeNetwork(network.graph, 43));
    const read = await seconds(() => fs.readFile(file));
    const runtime = await openRuntime({ threads: 2 });
    const prepare = await seconds(async () => {
      const model = await readModel(nodeFiles, file, {});
      await (
        await forward(runtime, classifierOf(model.graph))
      )();
    });
    return { prepare, read, megabytes: (await fs.stat(file)).size / 1e6 };
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}

async function seconds(task: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await task();
  return (performance.now() - started) / 1000;
}

async function main(): Promise<void> {
  const runtime = await openRuntime({ threads: 2 });
  console.log(`${runtime.description}, ${os.cpus()[0]?.model ?? 'unknown processor'}, 2 threads, batch ${BATCH}\n`);

  const gtsrb = subject('gtsrb', 3, 32, 43);
  const [f, t, u] = await interleaved([
    await forward(runtime, gtsrb.classifier),
    await triggerStep(runtime, gtsrb.classifier, 1),
    await unlearningStep(runtime, gtsrb),
  ]);
  console.log('| measure | ratio | limit |\n| --- | --- | --- |');
  console.log(`| trigger step / forward (GTSRB network) | ${ratio(t!, f!)} | 2.6 |`);
  console.log(`| unlearning step / forward (GTSRB network) | ${ratio(u!, f!)} | 4 |`);

  const mnist = subject('mnist', 1, 28, 10);
  const chosen = labelsPerStep(mnist.classifier, 10, BATCH);
  const counts = [1, 2, chosen, 2 * chosen];
  const times = (
    await interleaved(await Promise.all(counts.map((count) => triggerStep(runtime, mnist.classifier, count))))
  ).map(
    // Noise only ever adds; the call overhead is too small to be seen through the noise of a median.
    (durations) => Math.min(...durations),
  );
  // t(L) = overhead + L · work, by the line through the smallest and the largest L.
  const work = (times[3]! - times[0]!) / (counts[3]! - counts[0]!);
  const overhead = 1 - (work * chosen) / times[2]!;
  console.log(`| call overhead, MNIST network, ${chosen} labels per step | ${(100 * overhead).toFixed(1)} % | 15 % |`);
  console.log(`| the same with 1 label per step | ${(100 * (1 - work / times[0]!)).toFixed(1)} % | |`);

  const { prepare, read, megabytes } = await loading();
  console.log(
    `| load and prepare ${megabytes.toFixed(0)} MB: ${prepare.toFixed(2)} s, reading alone ${read.toFixed(2)} s | ${prepare.toFixed(2)} | ${(2 * read + 1).toFixed(2)} |`,
  );
  console.log(
    `\nforward ${median(f!).toFixed(1)} ms, trigger step ${median(t!).toFixed(1)} ms, unlearning step ${median(u!).toFixed(1)} ms; MNIST step per label ${times.map((time, i) => `${(time / counts[i]!).toFixed(2)} ms (${counts[i]!})`).join(', ')}`,
  );
  console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
}

/** Median of the pairwise ratios with their quartiles, which shared machines move less than the times. */
function ratio(a: readonly number[], b: readonly number[]): string {
  const ratios = a.map((time, i) => time / b[i]!).sort((x, y) => x - y);
  const at = (share: number): string => ratios[Math.floor(share * (ratios.length - 1))]!.toFixed(2);
  return `${at(0.5)} (${at(0.25)}–${at(0.75)})`;
}

await main();
