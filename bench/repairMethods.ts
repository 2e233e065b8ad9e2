/**
 * @file Methods of repair × attacks × networks, on the models of the population that are trained already. Each model is scanned and repaired as a
 * user would, with 1,000 test images; the figures are of other test images and of the attacker's own triggers, which no repair sees.
 * Usage: npm run bench:repairs -- --data FOLDER [--models PART,…] [--methods auto,…] [--images 1000] [--threads 1]
 * Results are kept beside the models, so that it can go on later. Without --data the page is written anew from them.
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { classifierOf, type Classifier } from '../src/engine/classify/classifier';
import { attackSuccess, Evaluator } from '../src/engine/classify/evaluator';
import { withWeights } from '../src/engine/classify/withWeights';
import { scanLabels } from '../src/engine/detect/scanLabels';
import { readModel } from '../src/engine/formats';
import { invertAgain } from '../src/engine/repair/invertAgain';
import { Judge, type KnownTrigger } from '../src/engine/repair/judge';
import { Relearning } from '../src/engine/repair/relearn';
import { REPAIR_DEFAULTS } from '../src/engine/repair/repairJob';
import { repairRound } from '../src/engine/repair/repairRound';
import { thickened } from '../src/engine/repair/thicken';
import { splitSamples } from '../src/engine/repair/splitSamples';
import type { RepairMethod } from '../src/engine/report/repairReport';
import type { Runtime } from '../src/engine/runtime/runtime';
import { RAW } from '../src/engine/samples/preprocessing/preprocessing';
import { selectSamples } from '../src/engine/samples/select';
import { reversedTriggers, suspectsOf } from '../src/engine/scan/reversedTriggers';
import { completeSettings } from '../src/engine/scan/settings';
import { nodeFiles } from '../src/runner/files/nodeFiles';
import { openRuntime } from '../src/runner/runtimes/runtimes';
import { labelled, slice } from './lib/data';
import { option } from './lib/options';
import { backdoorsOf } from './population/backdoors';
import { populationData, SCANNED, scanned, type PopulationData } from './population/data';
import { KeptRows, trainedPlans } from './population/keptRows';
import { POPULATION_FOLDER } from './population/models';
import { nameOf, populationPlan, type ModelPlan } from './population/plan';
import { repairsPage, type RepairRow } from './population/repairsPage';

/** Test images for scan and repair. */
const IMAGES = Number(option('images') ?? SCANNED);
/** Images that judge in the end. */
const JUDGING = 2000;
const RESULTS = path.join(import.meta.dirname, 'results', 'repair-methods.md');

const kept = new KeptRows<RepairRow>('repairs');
const plans = populationPlan();
if (process.argv.includes('--data')) await repairAll();
await fs.writeFile(RESULTS, repairsPage(await kept.all(plans)));

async function repairAll(): Promise<void> {
  const runtime = await openRuntime({ threads: Number(option('threads') ?? 1) });
  const methods = (option('methods') ?? 'auto').split(',') as RepairMethod[];
  for (const plan of await trainedPlans(plans)) {
    const known = await kept.of(plan.id);
    const open = methods.filter((method) => !known.some((row) => row.method === method && row.images === IMAGES));
    if (open.length === 0) continue;
    await repairOne(runtime, plan, open, known);
  }
}

async function repairOne(
  runtime: Runtime,
  plan: ModelPlan,
  methods: readonly RepairMethod[],
  known: readonly RepairRow[],
): Promise<void> {
  const data = await populationData(plan.task);
  const model = await readModel(nodeFiles, path.join(POPULATION_FOLDER, `${plan.id}.onnx`));
  const classifier = classifierOf(model.graph);
  const images = slice(scanned(data), 0, IMAGES);
  const { repair, heldOut } = splitSamples(labelled(images), REPAIR_DEFAULTS.repairShare, REPAIR_DEFAULTS.seed);
  const settings = completeSettings({}, classifier.classes);
  const shared = { runtime, classifier, preprocessing: RAW };
  const detection = await scanLabels(
    { ...shared, images, settings, checkpointKey: plan.id, now: () => performance.now() / 1000 },
    {},
  );
  const { flagged } = detection;
  const subjects = flagged.map((label) => ({ label }));
  const triggers: KnownTrigger[] = flagged.length === 0 ? [] : reversedTriggers(detection, 'flagged', classifier.input);
  const judgeOf = (followed: readonly KnownTrigger[]): Judge => new Judge(runtime, RAW, heldOut, followed, undefined);
  const judge = judgeOf(triggers);
  const before = await judge.evaluate(classifier, true);
  const fresh = await figures(runtime, plan, data, classifier);
  const done = [...known];
  for (const method of methods) {
    if (triggers.length === 0 && ['unlearn', 'prune', 'fine-prune'].includes(method)) continue;
    const started = performance.now();
    const seeds = Array.from(
      { length: Math.floor(REPAIR_DEFAULTS.extraTriggers / Math.max(1, flagged.length)) },
      (_, i) => 1001 + i,
    );
    const { round, weights } = await repairRound({
      ...{ ...shared, images: repair, triggers, labels: flagged, writable: model.weights, judge, before },
      settings: { ...REPAIR_DEFAULTS, method },
      leastAccuracy: before.cleanAccuracy - REPAIR_DEFAULTS.maxAccuracyLoss,
      suspects: suspectsOf(detection, classifier.input),
      thickenedJudge: () => judgeOf(thickened(triggers, classifier.input)),
      relearning: new Relearning({ ...shared, images: heldOut, subjects, loss: settings.loss, seed: 1000 }),
      findMore: async () => {
        const more = await invertAgain({ ...shared, images: repair, subjects, seeds, settings });
        const all = [...triggers, ...more.triggers];
        return { triggers: all, judge: judgeOf(all), before: await judgeOf(all).evaluate(classifier, true) };
      },
      onProgress: () => undefined,
    });
    const after = await figures(runtime, plan, data, withWeights(classifier, weights));
    const row: RepairRow = {
      ...{ id: plan.id, task: plan.task, network: plan.network, images: IMAGES, method, flagged },
      attack: plan.attack === undefined ? 'clean' : nameOf(plan.attack),
      ...(round.method !== undefined && { chosen: round.method }),
      before: fresh,
      after,
      seconds: (performance.now() - started) / 1000,
    };
    done.push(row);
    await kept.save(plan.id, done);
    console.log(JSON.stringify(row));
  }
}

/** On images that neither the scan nor the repair had. */
async function figures(
  runtime: Runtime,
  plan: ModelPlan,
  { test, shape, classes }: PopulationData,
  classifier: Classifier,
): Promise<RepairRow['before']> {
  const images = slice(test, SCANNED, Math.min(test.count, SCANNED + JUDGING));
  const evaluator = await Evaluator.compile(runtime, classifier, RAW);
  try {
    const predictions = await evaluator.predictions(images);
    const accuracy = predictions.filter((label, i) => label === images.labels?.[i]).length / images.count;
    let success: number | undefined;
    for (const { trigger, target, source } of backdoorsOf(plan, shape, classes)) {
      const victims = source === undefined ? images : selectSamples(images, (i) => images.labels?.[i] === source);
      success = Math.max(success ?? 0, await attackSuccess(evaluator, victims, trigger, target));
    }
    return { accuracy, ...(success !== undefined && { success }) };
  } finally {
    await evaluator.dispose();
  }
}
