/**
 * @file A trigger step against a forward pass on networks of the size that people use, PyTorch beside it in the same run, and the memory it takes.
 * Usage: npx tsx bench/networks.ts [NAME…] [--batch 8] [--rounds 12] [--threads 2], with torch and torchvision in the Python that NEURAL_CLEANSE_BENCH_PYTHON names.
 * Every network has a process of its own, because a process never gives memory back. Linux tells the memory.
 */
import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { classifierOf } from '../src/engine/classify/classifier';
import { readModel } from '../src/engine/formats';
import { nodeFiles } from '../src/runner/files/nodeFiles';
import { openRuntime } from '../src/runner/runtimes/runtimes';
import { option } from './lib/options';
import { forward, triggerStep } from './lib/steps';
import { interleaved, median } from './lib/timing';
import { table } from './reproduction/tables';

const NETWORKS = [
  ...['resnet50', 'vit_b_16', 'convnext_tiny', 'swin_t', 'densenet121', 'efficientnet_b0', 'mobilenet_v3_small'],
];
/** Those that our reader does not know by their weights. */
const AS_ONNX = ['swin_t'];
const RESULTS = path.join(import.meta.dirname, 'results', 'networks.md');
const SIDE = 224;
const MB = 1e6;

const batch = Number(option('batch') ?? 8);
const rounds = Number(option('rounds') ?? 12);
const threads = Number(option('threads') ?? 2);

interface Row {
  readonly name: string;
  /** Milliseconds an image. */
  readonly forward: number;
  readonly step: number;
  readonly torchForward: number;
  readonly torchStep: number;
  readonly weights: number;
  /** Bytes at the most while steps run. */
  readonly peak: number;
}

/** PyTorch in a process of its own: answers each word with milliseconds. */
class Torch {
  readonly #lines: AsyncIterator<string>;

  constructor(private readonly child: ChildProcessWithoutNullStreams) {
    this.#lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  }

  static async start(name: string, file: string): Promise<Torch> {
    const python = process.env.NEURAL_CLEANSE_BENCH_PYTHON ?? 'python3';
    const script = path.join(import.meta.dirname, 'make', 'time_networks.py');
    const torch = new Torch(spawn(python, [script, name, String(batch), String(threads), file]));
    torch.child.stderr.resume();
    while ((await torch.line()) !== 'ready');
    return torch;
  }

  async run(what: 'forward' | 'step'): Promise<number> {
    this.child.stdin.write(`${what}\n`);
    return Number(await this.line());
  }

  end(): void {
    this.child.stdin.end();
  }

  private async line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error('PyTorch ended; are torch and torchvision installed?');
    return next.value;
  }
}

async function peakMemory(): Promise<number> {
  const status = await fs.readFile('/proc/self/status', 'utf8');
  return 1024 * Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]);
}

async function measure(name: string, folder: string): Promise<Row> {
  const file = path.join(folder, AS_ONNX.includes(name) ? 'network.onnx' : 'network.pth');
  const torch = await Torch.start(name, file);
  const runtime = await openRuntime({ threads });
  const { graph } = await readModel(nodeFiles, file);
  const classifier = classifierOf(graph, { height: SIDE, width: SIDE });
  const step = await triggerStep(runtime, classifier, { labels: 1, batch });
  await step();
  await step();
  const peak = await peakMemory();
  const ours = [await forward(runtime, classifier, batch), step];
  const theirs: number[][] = [[], []];
  const asked = (['forward', 'step'] as const).map((what, i) => async () => {
    theirs[i]?.push((await torch.run(what)) / batch);
  });
  const [forwards = [], steps = []] = await interleaved([...ours, ...asked], rounds);
  torch.end();
  return {
    name,
    ...{ forward: median(forwards) / batch, step: median(steps) / batch },
    ...{ torchForward: median(theirs[0] ?? []), torchStep: median(theirs[1] ?? []) },
    ...{ weights: [...graph.initializers.values()].reduce((sum, { data }) => sum + data.byteLength, 0), peak },
  };
}

function cells({ name, forward: f, step, torchForward, torchStep, weights, peak }: Row): string[] {
  const bound = 6 * weights + 400 * MB;
  return [
    name,
    `${f.toFixed(1)} (${torchForward.toFixed(1)})`,
    `${step.toFixed(1)} (${torchStep.toFixed(1)})`,
    `${(step / f).toFixed(2)} (${(torchStep / torchForward).toFixed(2)})`,
    (weights / MB).toFixed(0),
    `${(peak / MB).toFixed(0)} (${(bound / MB).toFixed(0)})`,
  ];
}

async function inOwnProcess(name: string): Promise<Row> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'neural-cleanse-networks-'));
  try {
    const given = ['--batch', String(batch), '--rounds', String(rounds), '--threads', String(threads)];
    const args = ['--import', 'tsx', import.meta.filename, '--one', name, '--folder', folder, ...given];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return JSON.parse(stdout) as Row;
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}

async function main(): Promise<void> {
  const one = option('one');
  if (one !== undefined) {
    console.log(JSON.stringify(await measure(one, option('folder') ?? '.')));
    process.exit();
  }
  const asked = NETWORKS.filter((name) => process.argv.includes(name));
  const rows: string[][] = [];
  for (const name of asked.length > 0 ? asked : NETWORKS) {
    rows.push(cells(await inOwnProcess(name)));
    console.log(rows.at(-1)?.join('  '));
  }
  if (asked.length > 0) return;
  const page = [
    '# Networks of real size',
    `\`npm run bench:networks\`: torchvision's networks with 1,000 classes and random weights, 224×224, batches of ${batch}, ${threads} threads of ${os.cpus()[0]?.model.trim() ?? 'a processor'}. Milliseconds an image, medians of ${rounds} rounds in turn; ` +
      'in brackets PyTorch on the same threads in the same run, and what the memory should not exceed: six times the weights and 400 MB.',
    table(['network', 'forward', 'trigger step', 'ratio', 'weights, MB', 'peak memory, MB'], rows),
  ].join('\n\n');
  await fs.writeFile(RESULTS, `${page}\n`);
}

await main();
