/** @file Everything before the first update: model, samples, preprocessing, and whether they belong together. */
import { Evaluator } from '../classify/evaluator';
import { UsageError } from '../support/errors';
import type { Files } from '../support/files';
import { readModel } from '../formats';
import { withFileName } from '../formats/fileName';
import type { ModelFile } from '../formats/format';
import { classifierOf, type Classifier, type ImageSize } from '../classify/classifier';
import { type ModelHints, readHints } from '../hints/modelHints';
import { hashModel, type Sha256 } from '../formats/modelHash';
import type { CancelSignal } from '../support/cancellation';
import type { ReportFinding, SamplesSummary } from '../report/scanReport';
import type { Runtime } from '../runtime/runtime';
import { calibrate, type Calibration } from '../samples/preprocessing/calibrate';
import { checkAgainstModel } from '../samples/check';
import { usualPreprocessings, type Preprocessing } from '../samples/preprocessing/preprocessing';
import { readSamples } from '../samples/readSamples';
import { generatedFor, labelledByModel } from './firstLook';
import type { Samples } from '../samples/samples';
import { readSidecar, resolveBeside, type Sidecar } from '../samples/sidecar';

/** Which model, which samples; plain data. */
export interface ModelAndSamples {
  /** Path of the model file, or of a folder that holds one. */
  readonly model: string;
  /** Path of the clean samples; absent: what the sidecar beside the model names. */
  readonly data?: string;
  /** File with the labels of the samples. */
  readonly labels?: string;
  /** Part of the samples, such as "test". */
  readonly split?: string;
  /** Architecture file for weights-only models. */
  readonly architecture?: string;
  /** Id of one of {@link usualPreprocessings}; absent: the saved one, else the one that fits best. The files of the model may declare another. */
  readonly preprocessing?: string;
  /** Height and width, for a model that fixes neither. */
  readonly size?: readonly [height: number, width: number];
  /** Where no samples are given, some are generated, which are worth a first look. */
  readonly withoutSamples?: boolean;
  /** Most samples to draw. */
  readonly limit?: number;
}

export interface PrepareRequest extends ModelAndSamples {
  readonly files: Files;
  readonly runtime: Runtime;
  readonly sha256: Sha256;
}

export interface PreparedScan {
  readonly model: ModelFile;
  /** See {@link hashModel}; of the file as it was read, whatever happens to it later. */
  readonly modelHash: string;
  readonly classifier: Classifier;
  readonly samples: Samples;
  readonly calibration: Calibration;
  /** Over all samples, 0–1; absent for unlabelled ones. */
  readonly cleanAccuracy?: number;
  /** Why no verdict can be trusted, a plain sentence; absent when model and samples fit. */
  readonly doubt?: string;
  readonly classNames?: readonly string[];
  /** Of the file, the classifier and the samples. */
  readonly findings: readonly ReportFinding[];
}

/** Samples on which preprocessings are compared. */
const CALIBRATION_SAMPLES = 512;

/** Throws the typed errors of the readers and checks; a doubtful accuracy is no error but a `doubt`. */
export async function prepareScan(request: PrepareRequest, signal?: CancelSignal): Promise<PreparedScan> {
  const { files, architecture, size } = request;
  const model = await readModel(files, request.model, architecture === undefined ? {} : { architecture });
  const modelHash = await hashModel(files, model, request.sha256);
  const classifier = await withFileName(files, model.path, () =>
    Promise.resolve(classifierOf(model.graph, size === undefined ? undefined : imageSize(size))),
  );
  const sidecar = await readSidecar(files, model.path);
  const { channels } = classifier.input;
  const hints = await readHints(files, model, { classes: classifier.classes, channels });
  const declaredNames = sidecar?.classNames ?? hints.classNames;
  const given = await readCleanSamples(
    request,
    { classifier, model: model.path, sidecar, classNames: declaredNames },
    signal,
  );
  const notes = checkAgainstModel(given, { ...classifier.input, classes: classifier.classes });
  const calibration = await calibratePreprocessing(request, classifier, given, { sidecar, hints }, signal);
  const samples =
    given.generated === true
      ? await labelledByModel(request.runtime, classifier, calibration.chosen, given, signal)
      : given;
  const cleanAccuracy = await accuracyOn(request.runtime, classifier, calibration.chosen, given, signal);
  // Whoever names the preprocessing of unlabelled samples has taken the guess upon themselves; so has who publishes it.
  const declared = calibration.chosen.id === hints.preprocessing?.id;
  const chosenByUser = request.preprocessing !== undefined || sidecar?.preprocessing !== undefined || declared;
  const isGuess = calibration.gate === 'unlabelled';
  const doubt = isGuess && (chosenByUser || given.generated === true) ? undefined : calibration.doubt;
  const classNames = declaredNames ?? samples.classNames;
  const texts = [...classifier.notes, ...hints.notes, ...samples.notes, ...notes, ...skippedNote(samples)];
  return {
    model,
    modelHash,
    classifier,
    samples,
    calibration,
    ...(cleanAccuracy === undefined ? {} : { cleanAccuracy }),
    ...(doubt === undefined ? {} : { doubt }),
    ...(classNames?.length === classifier.classes ? { classNames } : {}),
    findings: [...model.findings, ...texts.map((message): ReportFinding => ({ severity: 'note', message }))],
  };
}

function imageSize([height, width]: readonly [number, number]): ImageSize {
  return { height, width };
}

interface KnownOfModel {
  readonly classifier: Classifier;
  /** Its path. */
  readonly model: string;
  readonly sidecar: Sidecar | undefined;
  readonly classNames: readonly string[] | undefined;
}

async function readCleanSamples(
  { files, data, labels, split, limit, withoutSamples }: PrepareRequest,
  { classifier, model, sidecar, classNames }: KnownOfModel,
  signal: CancelSignal | undefined,
): Promise<Samples> {
  const saved = data === undefined ? sidecar?.samples : undefined;
  const path = data ?? (saved === undefined ? undefined : resolveBeside(files, model, saved.path));
  if (path === undefined && withoutSamples === true) return generatedFor(classifier.input);
  if (path === undefined) {
    throw new UsageError('no clean samples were given', {
      file: files.baseName(model),
      hint: 'A few hundred images that the model was made for are needed.',
    });
  }
  const labelsFile = labels ?? (saved?.labels === undefined ? undefined : resolveBeside(files, model, saved.labels));
  const part = split ?? saved?.split;
  return readSamples(files, path, classifier.input, {
    ...(labelsFile === undefined ? {} : { labelsFile }),
    ...(part === undefined ? {} : { split: part }),
    ...(limit === undefined ? {} : { limit }),
    ...(classNames === undefined ? {} : { classNames }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function calibratePreprocessing(
  { runtime, preprocessing }: PrepareRequest,
  classifier: Classifier,
  samples: Samples,
  { sidecar, hints }: { readonly sidecar: Sidecar | undefined; readonly hints: ModelHints },
  signal: CancelSignal | undefined,
): Promise<Calibration> {
  const { channels } = classifier.input;
  const count = Math.min(samples.count, CALIBRATION_SAMPLES);
  const size = samples.images.length / samples.count;
  const subset = { images: samples.images.subarray(0, count * size), count };
  const usual = usualPreprocessings(channels);
  const declared = hints.preprocessing;
  const candidates = declared === undefined ? usual : [declared, ...usual.filter(({ id }) => id !== declared.id)];
  const fixed =
    preprocessing === undefined ? savedPreprocessing(sidecar, channels) : namedPreprocessing(preprocessing, candidates);
  return calibrate({
    classes: classifier.classes,
    ...(samples.labels === undefined ? {} : { labels: samples.labels.subarray(0, count) }),
    candidates: fixed === undefined ? candidates : [fixed],
    evaluate: (candidate) =>
      withEvaluator(runtime, classifier, candidate, (evaluator) => evaluator.logits(subset, undefined, signal)),
  });
}

async function accuracyOn(
  runtime: Runtime,
  classifier: Classifier,
  preprocessing: Preprocessing,
  samples: Samples,
  signal: CancelSignal | undefined,
): Promise<number | undefined> {
  const { labels } = samples;
  if (labels === undefined) return undefined;
  const predictions = await withEvaluator(runtime, classifier, preprocessing, (evaluator) =>
    evaluator.predictions(samples, undefined, signal),
  );
  return predictions.filter((prediction, i) => prediction === labels[i]).length / samples.count;
}

async function withEvaluator<T>(
  runtime: Runtime,
  classifier: Classifier,
  preprocessing: Preprocessing,
  use: (evaluator: Evaluator) => Promise<T>,
): Promise<T> {
  const evaluator = await Evaluator.compile(runtime, classifier, preprocessing);
  try {
    return await use(evaluator);
  } finally {
    await evaluator.dispose();
  }
}

function savedPreprocessing(sidecar: Sidecar | undefined, channels: number): Preprocessing | undefined {
  const saved = sidecar?.preprocessing;
  if (saved === undefined || saved.scale.length === 1 || saved.scale.length === channels) return saved;
  throw new UsageError('the saved preprocessing does not fit the model', {
    expected: `values for ${channels} colour channels`,
    got: `${saved.scale.length}`,
  });
}

function namedPreprocessing(id: string, known: readonly Preprocessing[]): Preprocessing {
  const found = known.find((candidate) => candidate.id === id);
  if (found !== undefined) return found;
  throw new UsageError('there is no such preprocessing', {
    expected: known.map((candidate) => candidate.id).join(', '),
    got: id,
  });
}

function skippedNote({ skipped }: Samples): string[] {
  const [first] = skipped;
  if (first === undefined) return [];
  return [`${skipped.length} images could not be used, the first one is ${first.name}: ${first.reason}.`];
}

/** What a report says of the samples. */
export function samplesSummary({ samples, calibration }: PreparedScan): SamplesSummary {
  return {
    source: samples.source,
    count: samples.count,
    labelled: samples.labels !== undefined && samples.generated !== true,
    ...(samples.generated === true && { generated: true as const }),
    skipped: samples.skipped.length,
    preprocessing: calibration.chosen.label,
  };
}
