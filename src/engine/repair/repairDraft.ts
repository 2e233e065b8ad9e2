/** @file A repair that is computed and waits to be saved. */
import type { RepairRun } from './repairRun';
import { UnsupportedModelError } from '../support/errors';
import type { Files } from '../support/files';
import { readModel } from '../formats';
import type { ReadOptions, WrittenFile } from '../formats/format';
import { classifierOf, type Classifier } from '../classify/classifier';
import type { Tensor } from '../graph/tensor';
import { worstSuccess } from '../report/repairReport';
import { repairNotes } from './repairNotes';
import { withWeights } from '../classify/withWeights';
import { overlayFiles } from '../support/overlayFiles';
import { samplesSummary } from '../scan/prepareScan';
import {
  REPAIR_REPORT_VERSION,
  type Evaluation,
  type RelearnedTrigger,
  type RepairReport,
  type RepairRound,
} from '../report/repairReport';
import type { ReportFinding } from '../report/scanReport';
import { TOOL } from '../report/version';

/** A repair that waits to be saved. Nothing is on disk yet. */
export interface RepairDraft {
  readonly report: RepairReport;
  /** Files that the model consists of; none of them is ever written to, unless the user insists. */
  readonly originals: readonly string[];
  /** What the written weights have to be read with; see {@link ModelFile.architecture}. */
  readonly readOptions: ReadOptions;
  /**
   * The repaired model as files named after `baseName`, read back from memory and judged again. `point` takes another point of the last
   * pruning curve. Throws {@link UnsupportedModelError} where the file's numbers are too coarse to hold the repair.
   */
  write(baseName: string, point?: number): Promise<{ files: readonly WrittenFile[]; report: RepairReport }>;
  /** The state of a model file on the held-out images. */
  evaluate(files: Files, path: string): Promise<Evaluation>;
}

/** Differences between weights as computed and as read back that are no cause for concern, 0–1. */
const ROUNDING_TOLERANCE = 0.02;

/** Judges what `run` has made; `started` in seconds. */
export async function makeDraft(
  run: RepairRun,
  started: number,
  findings: readonly ReportFinding[],
): Promise<RepairDraft> {
  const { request, settings, prepared, split } = run;
  const { model, classifier } = prepared;
  const readOptions = model.architecture === undefined ? {} : { architecture: model.architecture };
  const judge = run.judge();
  run.tell('evaluating', 0, 2);
  const before = await judge.evaluate(classifier);
  const makeReport = (
    after: Evaluation,
    rounds: readonly RepairRound[],
    relearned: readonly RelearnedTrigger[],
  ): RepairReport => ({
    version: REPAIR_REPORT_VERSION,
    tool: TOOL,
    model: request.report.model,
    samples: samplesSummary(prepared),
    method: settings.method,
    labels: run.labels,
    settings: {
      ...settings,
      repairImages: split.repair.count,
      heldOutImages: split.heldOut.count,
    },
    rounds,
    before,
    after,
    ...(relearned.length > 0 && { relearned }),
    notes: repairNotes({ settings, rounds, before, after, relearned }),
    findings: [...prepared.findings, ...findings],
    seconds: request.now() - started,
    imagePasses: run.imagePasses,
  });
  run.tell('evaluating', 1, 2);
  const repaired = withWeights(classifier, run.at().weights);
  const after = await judge.evaluate(repaired);
  const relearned = await run.relearned();
  run.tell('evaluating', 2, 2);

  const evaluate = async (files: Files, path: string): Promise<Evaluation> => {
    const { size } = request;
    const again = await readModel(files, path, readOptions);
    return judge.evaluate(
      classifierOf(again.graph, size === undefined ? undefined : { height: size[0], width: size[1] }),
    );
  };
  return {
    report: makeReport(after, run.at().rounds, relearned),
    originals: model.parts,
    readOptions,
    evaluate,
    write: async (baseName, point) => {
      const { weights, rounds } = run.at(point);
      const expected = point === undefined ? after : await judge.evaluate(withWeights(classifier, weights));
      const files = await model.write(changedOnly(classifier, weights), baseName);
      const folder = request.files.parent(model.path);
      const main = request.files.join(folder, files[0]?.name ?? baseName);
      const written = new Map(files.map(({ name, bytes }) => [request.files.join(folder, name), bytes] as const));
      const actual = await evaluate(overlayFiles(request.files, written), main);
      checkRounding(expected, actual, request.files.baseName(model.path));
      return { files, report: makeReport(actual, rounds, point === undefined ? relearned : []) };
    },
  };
}

/** Without the weights that a later round brought back to what they were. */
function changedOnly({ graph }: Classifier, weights: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(
    [...weights].filter(([name, { data }]) => {
      const before = graph.initializers.get(name)?.data;
      return before === undefined || data.some((value, i) => value !== before[i]);
    }),
  );
}

function checkRounding(expected: Evaluation, actual: Evaluation, file: string): void {
  const loss = expected.cleanAccuracy - actual.cleanAccuracy;
  const success = worstSuccess(actual) - worstSuccess(expected);
  if (loss <= ROUNDING_TOLERANCE && success <= ROUNDING_TOLERANCE) return;
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const shown = (evaluation: Evaluation): string =>
    `accuracy ${percent(evaluation.cleanAccuracy)}, trigger success ${percent(worstSuccess(evaluation))}`;
  throw new UnsupportedModelError('the numbers of the file are too coarse to hold the repaired weights', {
    file,
    expected: shown(expected),
    got: shown(actual),
    hint: 'Repair the model before it is quantised, or prune instead of unlearning: zeros fit into every number type.',
  });
}
