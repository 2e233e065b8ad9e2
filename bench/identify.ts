/**
 * @file What reversed and original triggers do to the neurons, and the paper's filter built on that: its Tables III and V, Fig. 8 (our own filter: bench/filters.ts).
 * The filter is made from the reversed trigger and from images of the scan; everything is measured on images that neither the
 * model nor the scan has seen.
 * Usage: tsx bench/identify.ts --data FOLDER [--tasks mnist,gtsrb] [--seeds 1] [--variants badnets,noise] [--threads 2] [--out FILE]
 */
import { writeFile } from 'node:fs/promises';
import type { Backdoor } from '../src/engine/attack/backdoor';
import { attackSuccess, Evaluator } from '../src/engine/classify/evaluator';
import { readModel } from '../src/engine/formats';
import { classifierOf, type Classifier } from '../src/engine/classify/classifier';
import type { Identification } from '../src/engine/identify/identification';
import { identifyTrigger, imagesOfOthers, stamping } from '../src/engine/identify/identifyTrigger';
import type { LabelTrigger } from '../src/engine/classify/labelTrigger';
import type { Runtime } from '../src/engine/runtime/runtime';
import { RAW } from '../src/engine/samples/preprocessing/preprocessing';
import type { Samples } from '../src/engine/samples/samples';
import { nodeFiles } from '../src/runner/files/nodeFiles';
import { openRuntime } from '../src/runner/runtimes/runtimes';
import { loadTask, type Task } from './lib/data';
import { benchBackdoors, benchModel, type Variant } from './lib/models';
import { numbers, option } from './lib/options';
import { paperFilter } from './lib/paperFilter';
import { benchTrigger, halves } from './lib/scans';

interface FilterRow {
  readonly chosen: number;
  readonly falsePositives: number;
  readonly missedOriginal: number;
  readonly missedReversed: number;
  /** Stamped with the original trigger, not rejected, and classified as the target. */
  readonly attacksMissed: number;
}

interface Result {
  readonly name: string;
  readonly originalSuccess: number;
  readonly identification: Identification;
  readonly l1: { readonly reversed: number; readonly original: number; readonly inside: number };
  readonly unseen: number;
  readonly calibrated: number;
  readonly filter: readonly FilterRow[];
}

const RATES = [0.001, 0.005, 0.01, 0.05];

async function measure(runtime: Runtime, task: Task, seed: number, variant?: Variant): Promise<Result> {
  const data = await loadTask(task);
  const model = await benchModel(runtime, task, data, true, seed, variant);
  const [original] = benchBackdoors(data, seed, variant);
  if (original === undefined) throw new Error(`${model.file}: no backdoor`);
  const trigger = await benchTrigger(runtime, data, model, data.target);
  const classifier = classifierOf((await readModel(nodeFiles, model.file)).graph);
  const { scanned, unseen } = halves(data);
  return {
    name: `${task.toUpperCase()}${variant === undefined ? '' : `, ${variant}`}, seed ${seed}`,
    originalSuccess: await successOf(runtime, classifier, unseen, original),
    identification: await identifyTrigger({
      ...{ runtime, classifier, preprocessing: RAW, samples: unseen, label: data.target, trigger },
      original: original.trigger,
    }),
    l1: comparison(trigger.mask, original.trigger.mask),
    unseen: unseen.count,
    calibrated: scanned.count,
    filter: await filterRows(runtime, classifier, scanned, unseen, trigger, original),
  };
}

async function successOf(
  runtime: Runtime,
  classifier: Classifier,
  samples: Samples,
  { trigger, target }: Backdoor,
): Promise<number> {
  const evaluator = await Evaluator.compile(runtime, classifier, RAW);
  const success = await attackSuccess(evaluator, samples, trigger, target);
  await evaluator.dispose();
  return success;
}

/** `inside`: the part of the reversed mask that lies where the original trigger is. */
function comparison(reversed: Float32Array, original: Float32Array): Result['l1'] {
  const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);
  const inside = sum(reversed.map((value, i) => value * (original[i] ?? 0))) / sum(reversed);
  return { reversed: sum(reversed), original: sum(original), inside };
}

async function filterRows(
  runtime: Runtime,
  classifier: Classifier,
  scanned: Samples,
  unseen: Samples,
  trigger: LabelTrigger,
  original: Backdoor,
): Promise<FilterRow[]> {
  const rows: FilterRow[] = [];
  const victims = imagesOfOthers(unseen, trigger.label);
  const evaluator = await Evaluator.compile(runtime, classifier, RAW);
  const reached = await evaluator.predictions(victims, stamping(original.trigger));
  for (const chosen of RATES) {
    const filter = await paperFilter(runtime, classifier, scanned, [trigger], chosen);
    const rejected = await filter.check(victims, stamping(original.trigger));
    rows.push({
      chosen,
      falsePositives: share(await filter.check(unseen)),
      missedOriginal: 1 - share(rejected),
      missedReversed: 1 - share(await filter.check(victims, stamping(trigger))),
      attacksMissed: share(rejected.map((isRejected, i) => !isRejected && reached[i] === original.target)),
    });
    await filter.dispose();
  }
  await evaluator.dispose();
  return rows;
}

function share(answers: readonly boolean[]): number {
  return answers.filter(Boolean).length / answers.length;
}

const percent = (value: number): string => (100 * value).toFixed(2);

function table(header: string, rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const titles = header.split('|').map((title) => title.trim());
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

function document(results: readonly Result[]): string {
  return [
    '## Second-to-last layer: mean activation of the top 1 % neurons (Tables III and V)',
    table(
      'model | clean | reversed trigger | original trigger | IoU of the two sets | success of reversed | of original',
      results.map(({ name, identification: { attackSuccess: success, layers }, originalSuccess }) => {
        const { clean, reversed, original } = layers.at(-1)!;
        const { activation, overlap } = original!;
        const shown = [clean, reversed, activation].map((value) => value.toFixed(2));
        return [name, ...shown, overlap.toFixed(3), percent(success), percent(originalSuccess)];
      }),
    ),
    '## Size and place of the reversed trigger (Figs. 6 and 7)',
    table(
      'model | L1 reversed | L1 original | part of the reversed mask inside the original, %',
      results.map(({ name, l1 }) => [name, l1.reversed.toFixed(1), l1.original.toFixed(1), percent(l1.inside)]),
    ),
    '## Layer by layer: top 1 % of the neurons',
    table(
      'model | layer | neurons | clean | reversed | ratio | original | IoU',
      results.flatMap(({ name, identification }) =>
        identification.layers.map(({ name: layer, neurons, clean, reversed, original }) => {
          const { activation, overlap } = original!;
          const shown = [clean, reversed, reversed / clean, activation, overlap].map((value) => value.toFixed(2));
          return [name, layer, neurons, ...shown];
        }),
      ),
    ),
    "## The paper's filter (Fig. 8): threshold from the images of the scan, rates on unseen images, in %",
    table(
      'model | FPR chosen | FPR | FNR original | attacks that pass | FNR reversed | images of the calibration | unseen',
      results.flatMap(({ name, filter, calibrated, unseen }) =>
        filter.map(({ chosen, falsePositives, missedOriginal, attacksMissed, missedReversed }) => [
          name,
          ...[chosen, falsePositives, missedOriginal, attacksMissed, missedReversed].map(percent),
          ...[calibrated, unseen],
        ]),
      ),
    ),
  ].join('\n\n');
}

async function main(): Promise<void> {
  const runtime = await openRuntime({ threads: Number(option('threads') ?? 2) });
  const tasks = (option('tasks') ?? 'mnist,gtsrb').split(',') as Task[];
  const variants = (option('variants') ?? 'badnets').split(',');
  const results: Result[] = [];
  for (const task of tasks) {
    for (const seed of numbers('seeds', [1])) {
      for (const variant of variants) {
        results.push(await measure(runtime, task, seed, variant === 'badnets' ? undefined : (variant as Variant)));
      }
    }
  }
  const text = document(results);
  console.log(text);
  const out = option('out');
  if (out !== undefined) await writeFile(out, `${text}\n`);
}

await main();
