/** @file Speed as ratios inside one run; `npm run bench` prints them. Absolute times are for orientation only. */
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { ARCHITECTURES, type Architecture } from '../src/engine/attack/architectures';
import { buildNetwork } from '../src/engine/training/buildNetwork';
import { encodeNetwork } from '../src/engine/attack/encodeNetwork';
import { Inversion } from '../src/engine/detect/invert/inversion';
import { InversionTask, runInversions } from '../src/engine/detect/invert/runInversions';
import { inversionOptions } from '../src/engine/detect/invert/inversionOptions';
import { labelsPerStep } from '../src/engine/detect/invert/triggerStep';
import { completeSettings } from '../src/engine/scan/settings';
import { TriggerStep } from '../src/engine/detect/invert/triggerStep';
import { readModel } from '../src/engine/formats';
import { newGraph } from '../src/engine/ops/newGraph';
import { classifierOf, type Classifier } from '../src/engine/classify/classifier';
import { float32, floats, sizeOf } from '../src/engine/graph/tensor';
import type { Runtime } from '../src/engine/runtime/runtime';
import { RAW } from '../src/engine/samples/preprocessing/preprocessing';
import { TrainingStep } from '../src/engine/training/trainingStep';
import { nodeFiles } from '../src/runner/files/nodeFiles';
import { openRuntime } from '../src/runner/runtimes/runtimes';
import { forward, noise, triggerStep } from './lib/steps';
import { interleaved, median } from './lib/timing';

const BATCH = 32;
/** Runs of a block, and rounds of blocks. */
const BLOCK = 12;

interface Subject {
  readonly classifier: Classifier;
  readonly weights: readonly string[];
}

function subject(architecture: Architecture, channels: number, size: number, classes: number): Subject {
  const network = buildNetwork(ARCHITECTURES[architecture](classes), { channels, height: size, width: size }, 1);
  return { classifier: classifierOf(network.graph), weights: network.weights };
}

/** One update of `labels` labels as a scan makes it: draw images, run the step, move the variables. */
async function inversionUpdate(runtime: Runtime, classifier: Classifier, labels: number): Promise<() => Promise<void>> {
  const { input } = classifier;
  const step = await TriggerStep.compile(runtime, classifier, RAW, { labels, batch: BATCH }, 'cross-entropy');
  const images = { images: noise(256 * input.channels * input.height * input.width), count: 256 };
  const options = { ...inversionOptions(completeSettings({}, classifier.classes)), updates: Infinity };
  const tasks = Array.from(
    { length: labels },
    (_, label) => new InversionTask(new Inversion(label, 1, input, options), images),
  );
  let goal = 0;
  return async () => {
    goal++;
    await runInversions(step, tasks, input, ({ inversion }) => inversion.updates >= goal);
  };
}

/** Many runs in a row, as in a scan: for a while after a run the threads of its session still look for work. */
function block(task: () => Promise<void>): () => Promise<void> {
  return async () => {
    for (let i = 0; i < BLOCK; i++) await task();
  };
}

/** A call that takes in and gives out what a trigger step does, and computes next to nothing. */
async function emptyStep(runtime: Runtime, classifier: Classifier, labels: number): Promise<() => Promise<void>> {
  const { channels, height, width } = classifier.input;
  const b = newGraph();
  const feeds: [string, number[]][] = [
    ['images', [labels, BATCH, channels, height, width]],
    ['maskVariable', [labels, 1, 1, height, width]],
    ['patternVariable', [labels, 1, channels, height, width]],
    ['lambdas', [labels]],
  ];
  const [images, mask, pattern, lambdas] = feeds.map(([name, dims]) => b.input(name, dims));
  const first = b.op('Slice', [images!, b.ints([0]), b.ints([1]), b.ints([1])]);
  const session = await runtime.compile(
    b.build({
      l1: b.op('Neg', [lambdas!]),
      successes: b.op('ReduceMax', [first, b.ints([1, 2, 3, 4])], { keepdims: 0 }),
      maskGradient: b.op('Neg', [mask!]),
      patternGradient: b.op('Neg', [pattern!]),
    }),
  );
  const values = new Map(feeds.map(([name, dims]) => [name, float32(dims, noise(sizeOf(dims)))]));
  return async () => {
    await session.run(values);
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
        await forward(runtime, classifierOf(model.graph), BATCH)
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
    await forward(runtime, gtsrb.classifier, BATCH),
    await triggerStep(runtime, gtsrb.classifier, { labels: 1, batch: BATCH }),
    await unlearningStep(runtime, gtsrb),
  ]);
  console.log('| measure | ratio | limit |\n| --- | --- | --- |');
  console.log(`| trigger step / forward (GTSRB network) | ${ratio(t!, f!)} | 2.6 |`);
  console.log(`| unlearning step / forward (GTSRB network) | ${ratio(u!, f!)} | 4 |`);

  const { classifier } = subject('mnist', 1, 28, 10);
  const chosen = labelsPerStep(classifier, classifier.classes, BATCH);
  const counts = [...new Set([chosen, 1, 2, 5, 10])];
  const updates = [];
  for (const count of counts) updates.push(await inversionUpdate(runtime, classifier, count));
  const steps = [
    await triggerStep(runtime, classifier, { labels: chosen, batch: BATCH }),
    await emptyStep(runtime, classifier, chosen),
  ];
  const blocks = await interleaved([...updates, ...steps].map(block), BLOCK);
  const times = blocks.map((durations) => durations.map((duration) => duration / BLOCK));
  const [update = [], ...others] = times;
  const [run = [], empty = []] = others.slice(counts.length - 1);
  // All of an update but the work on the graph: images, optimiser, and what a call costs that computes nothing.
  const overhead = update.map((time, i) => (time - run[i]! + empty[i]!) / time);
  console.log(
    `| call overhead, MNIST network, ${chosen} labels per step | ${(100 * median(overhead)).toFixed(1)} % | 15 % |`,
  );

  const { prepare, read, megabytes } = await loading();
  console.log(
    `| load and prepare ${megabytes.toFixed(0)} MB: ${prepare.toFixed(2)} s, reading alone ${read.toFixed(2)} s | ${prepare.toFixed(2)} | ${(2 * read + 1).toFixed(2)} |`,
  );
  console.log(
    `\nforward ${median(f!).toFixed(1)} ms, trigger step ${median(t!).toFixed(1)} ms, unlearning step ${median(u!).toFixed(1)} ms; MNIST update per label ${counts.map((count, i) => `${(median(times[i]!) / count).toFixed(2)} ms (${count})`).join(', ')}`,
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
