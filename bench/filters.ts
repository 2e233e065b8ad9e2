/**
 * @file The filter on the infected models of the population that are trained already. The triggers are reversed from 1,000 test images; the filter is
 * calibrated with half of the other test images and judged with the rest, with the attacker's own trigger.
 * Usage: npm run bench:filters -- --data FOLDER [--models PART,…] [--threads 1]
 * Results are kept beside the models, so that it can go on later. Without --data the page is written anew from them.
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { classifierOf } from '../src/engine/classify/classifier';
import { attackSuccess, Evaluator } from '../src/engine/classify/evaluator';
import { scanLabels } from '../src/engine/detect/scanLabels';
import { calibrateFilter } from '../src/engine/filter/calibrate';
import { ImageFilter, REJECTED } from '../src/engine/filter/imageFilter';
import { readModel } from '../src/engine/formats';
import { imagesOfOthers, stamping } from '../src/engine/identify/identifyTrigger';
import type { Runtime } from '../src/engine/runtime/runtime';
import { RAW } from '../src/engine/samples/preprocessing/preprocessing';
import type { Samples } from '../src/engine/samples/samples';
import { selectSamples } from '../src/engine/samples/select';
import { reversedTriggers } from '../src/engine/scan/reversedTriggers';
import { completeSettings } from '../src/engine/scan/settings';
import { nodeFiles } from '../src/runner/files/nodeFiles';
import { openRuntime } from '../src/runner/runtimes/runtimes';
import { slice } from './lib/data';
import { option } from './lib/options';
import { paperFilter } from './lib/paperFilter';
import { backdoorsOf } from './population/backdoors';
import { populationData, SCANNED, scanned, type PopulationData } from './population/data';
import { filtersPage, type FilterRow } from './population/filtersPage';
import { KeptRows, trainedPlans } from './population/keptRows';
import { POPULATION_FOLDER } from './population/models';
import { nameOf, populationPlan, type ModelPlan } from './population/plan';

const RATES = [0.01, 0.05];
const LEAST_OTHERS = 400;
const RESULTS = path.join(import.meta.dirname, 'results', 'filter.md');

const kept = new KeptRows<FilterRow>('filter');
const plans = populationPlan().filter(({ attack }) => attack !== undefined);
if (process.argv.includes('--data')) await filterAll();
await fs.writeFile(RESULTS, filtersPage(await kept.all(plans)));

async function filterAll(): Promise<void> {
  const runtime = await openRuntime({ threads: Number(option('threads') ?? 1) });
  for (const plan of await trainedPlans(plans)) {
    if ((await kept.of(plan.id)).length > 0) continue;
    const data = await populationData(plan.task);
    // The tasks of few classes have too few images.
    if (data.test.count < SCANNED + LEAST_OTHERS) continue;
    const measured = await measure(runtime, plan, data);
    await kept.save(plan.id, measured);
    for (const row of measured) console.log(JSON.stringify(row));
  }
}

async function measure(runtime: Runtime, plan: ModelPlan, data: PopulationData): Promise<FilterRow[]> {
  const classifier = classifierOf((await readModel(nodeFiles, path.join(POPULATION_FOLDER, `${plan.id}.onnx`))).graph);
  const backdoors = backdoorsOf(plan, data.shape, data.classes);
  const labels = [...new Set(backdoors.map(({ target }) => target))];
  const shared = { runtime, classifier, preprocessing: RAW };
  const detection = await scanLabels(
    {
      ...{ ...shared, images: scanned(data), checkpointKey: plan.id, now: () => performance.now() / 1000 },
      settings: completeSettings({ scheme: 'paper', labels }, classifier.classes),
    },
    {},
  );
  const found = labels.filter((label) => detection.labels.find((result) => result.label === label)?.trigger);
  if (found.length === 0) return [];
  const triggers = reversedTriggers(detection, found, classifier.input);
  const { calibrating, judging } = otherImages(data);
  const { layers, at } = await calibrateFilter({ ...shared, samples: calibrating, triggers });
  const measured: FilterRow[] = [];
  const evaluator = await Evaluator.compile(runtime, classifier, RAW);
  for (const rate of RATES) {
    const filter = await ImageFilter.compile(runtime, { ...shared, layers, profiles: at(rate).profiles });
    const paper = await paperFilter(runtime, classifier, calibrating, triggers, rate);
    const clean = (await filter.check(judging)).labels;
    let worst: Pick<FilterRow, 'missed' | 'passed' | 'success'> | undefined;
    let paperMissed = 0;
    for (const { target, source, trigger } of backdoors) {
      const all = imagesOfOthers(judging, target);
      const victims = source === undefined ? all : selectSamples(all, (i) => all.labels?.[i] === source);
      if (victims.count === 0) continue;
      const stamped = (await filter.check(victims, stamping(trigger))).labels;
      const missed = 1 - share(stamped, REJECTED);
      const rejected = await paper.check(victims, stamping(trigger));
      paperMissed = Math.max(paperMissed, 1 - rejected.filter(Boolean).length / victims.count);
      if (missed < (worst?.missed ?? 0)) continue;
      const success = await attackSuccess(evaluator, victims, trigger, target);
      worst = { missed, passed: share(stamped, target), success };
    }
    const paperRejected = (await paper.check(judging)).filter(Boolean).length / judging.count;
    await filter.dispose();
    await paper.dispose();
    // No image of the label that the attack is meant for.
    if (worst === undefined) continue;
    measured.push({
      ...{ id: plan.id, attack: nameOf(plan.attack ?? { kind: 'nine' }), rate, ...worst },
      ...{ falsePositives: share(clean, REJECTED), calibrated: calibrating.count, judged: judging.count },
      paper: { falsePositives: paperRejected, missed: paperMissed },
    });
  }
  await evaluator.dispose();
  return measured;
}

/** Those that the scan does not have. */
function otherImages({ test }: PopulationData): { calibrating: Samples; judging: Samples } {
  const half = SCANNED + ((test.count - SCANNED) >> 1);
  return { calibrating: slice(test, SCANNED, half), judging: slice(test, half, test.count) };
}

function share(labels: Int32Array, wanted: number): number {
  return labels.filter((label) => label === wanted).length / labels.length;
}
