/** @file Everything that could tell an infected label from a clean one, measured on one model at several prices. */
import { attackSuccess, Evaluator } from '../../src/engine/classify/evaluator';
import { classifierOf, type Classifier } from '../../src/engine/classify/classifier';
import type { LabelTrigger } from '../../src/engine/classify/labelTrigger';
import { Inversion, type InversionOptions, type InversionResult } from '../../src/engine/detect/invert/inversion';
import { InversionTask, runInversions } from '../../src/engine/detect/invert/runInversions';
import { shortNorm, SHORT_SCHEDULE, SHORT_UPDATES } from '../../src/engine/detect/invert/shortInversion';
import { TriggerStep } from '../../src/engine/detect/invert/triggerStep';
import { unlearnBriefly } from '../../src/engine/detect/respond/unlearnBriefly';
import { labelsPerStep } from '../../src/engine/detect/invert/triggerStep';
import { readModel } from '../../src/engine/formats';
import type { CurvePoint } from '../../src/engine/report/scanReport';
import type { Runtime } from '../../src/engine/runtime/runtime';
import { RAW } from '../../src/engine/samples/preprocessing/preprocessing';
import type { LabelledImages, Samples } from '../../src/engine/samples/samples';
import { trainableWeights } from '../../src/engine/training/trainableWeights';
import { nodeFiles } from '../../src/runner/files/nodeFiles';

/** A short, cheap inversion, of every label. */
export const HEAT: InversionOptions = { ...SHORT_SCHEDULE, updates: SHORT_UPDATES };
/** A long one, of suspects. */
export const FINAL: InversionOptions = {
  ...HEAT,
  updates: 200,
  batch: 16,
  successThreshold: 0.99,
  earlyStopRounds: 25,
};

export interface LabelEvidence {
  readonly label: number;
  readonly heat: readonly CurvePoint[];
  /** Of suspects only, from here on. Pixels. */
  readonly l1?: number;
  readonly success?: number;
  /** The same short inversion after all suspects were unlearned, by learning rate. */
  readonly after?: Readonly<Record<string, readonly CurvePoint[]>>;
  /** After the smallest one alone was unlearned. */
  readonly afterFirst?: readonly CurvePoint[];
}

export interface ModelEvidence {
  readonly pixels: number;
  readonly labels: readonly LabelEvidence[];
  readonly accuracy: number;
  readonly accuracyAfter: Readonly<Record<string, number>>;
}

const SUSPECTS = 5;
const UNLEARN_UPDATES = 120;
const LEARNING_RATES = [1e-3, 3e-3];

export async function measureEvidence(runtime: Runtime, file: string, samples: Samples): Promise<ModelEvidence> {
  const model = await readModel(nodeFiles, file);
  const classifier = classifierOf(model.graph);
  const images: LabelledImages = { ...samples, labels: samples.labels! };
  const all = Array.from({ length: classifier.classes }, (_, label) => label);
  const heats = await invert(runtime, classifier, samples, all, HEAT);
  const order = all.toSorted((a, b) => shortNorm(heats[a]!.curve) - shortNorm(heats[b]!.curve));
  const suspects = order.slice(0, Math.max(SUSPECTS, Math.round(all.length / 6)));
  const finals = await invert(runtime, classifier, samples, suspects, FINAL);
  const evaluator = await Evaluator.compile(runtime, classifier, RAW);
  const results = new Map<number, LabelEvidence>();
  const triggers: (LabelTrigger & { readonly l1: number })[] = [];
  for (const { label, trigger } of finals) {
    if (trigger === undefined) continue;
    triggers.push({ label, ...trigger });
    const success = await attackSuccess(evaluator, samples, trigger, label);
    results.set(label, { label, heat: heats[label]!.curve, l1: trigger.l1, success });
  }
  await evaluator.dispose();
  const common = { runtime, classifier, preprocessing: RAW, images, updates: UNLEARN_UPDATES, seed: 1 };
  const weights = trainableWeights(classifier, model.weights);
  const accuracyAfter: Record<string, number> = {};
  for (const learningRate of LEARNING_RATES) {
    const forgetful = await unlearnBriefly({ ...common, triggers, weights, learningRate });
    accuracyAfter[learningRate] = await accuracyOf(runtime, forgetful, images);
    const again = await invert(runtime, forgetful, samples, [...results.keys()], HEAT);
    for (const { label, curve } of again) {
      const known = results.get(label)!;
      results.set(label, { ...known, after: { ...known.after, [learningRate]: curve } });
    }
  }
  const [first] = triggers.toSorted((a, b) => a.l1 - b.l1);
  if (first !== undefined) {
    const forgetful = await unlearnBriefly({ ...common, triggers: [first], weights, learningRate: LEARNING_RATES[0]! });
    const again = await invert(runtime, forgetful, samples, [...results.keys()], HEAT);
    for (const { label, curve } of again) results.set(label, { ...results.get(label)!, afterFirst: curve });
  }
  return {
    pixels: classifier.input.height * classifier.input.width,
    labels: all.map((label) => results.get(label) ?? { label, heat: heats[label]!.curve }),
    accuracy: await accuracyOf(runtime, classifier, images),
    accuracyAfter,
  };
}

async function invert(
  runtime: Runtime,
  classifier: Classifier,
  samples: Samples,
  labels: readonly number[],
  options: InversionOptions,
): Promise<InversionResult[]> {
  const shape = { labels: labelsPerStep(classifier, labels.length, options.batch), batch: options.batch };
  const step = await TriggerStep.compile(runtime, classifier, RAW, shape, 'cross-entropy');
  const tasks = labels.map((label) => new InversionTask(new Inversion(label, 1, classifier.input, options), samples));
  await runInversions(step, tasks, classifier.input, ({ inversion }) => inversion.finished);
  await step.dispose();
  return tasks.map(({ inversion }) => inversion.result());
}

async function accuracyOf(runtime: Runtime, classifier: Classifier, images: LabelledImages): Promise<number> {
  const evaluator = await Evaluator.compile(runtime, classifier, RAW);
  const predictions = await evaluator.predictions(images);
  await evaluator.dispose();
  return predictions.filter((prediction, i) => prediction === images.labels[i]).length / images.count;
}
