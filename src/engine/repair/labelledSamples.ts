/** @file The samples of a repair with the labels that count as right. */
import { Evaluator } from '../classify/evaluator';
import { SamplesError } from '../support/errors';
import { type LabelledImages } from '../samples/samples';
import { type PreparedScan, type PrepareRequest } from '../scan/prepareScan';
import type { ReportFinding } from '../report/scanReport';

/** With fewer samples neither training nor judging means anything. */
export const MIN_REPAIR_SAMPLES = 100;

/** Unlabelled samples get the labels that the model itself gives them: its answers to clean images are usually right. */
export async function labelledSamples(
  { runtime, files }: PrepareRequest,
  { samples, classifier, calibration }: PreparedScan,
): Promise<{ images: LabelledImages; findings: readonly ReportFinding[] }> {
  const { images, count, labels } = samples;
  if (count < MIN_REPAIR_SAMPLES) {
    throw new SamplesError('there are too few images to repair with', {
      file: files.baseName(samples.path),
      expected: `at least ${MIN_REPAIR_SAMPLES}`,
      got: String(count),
      hint: 'Half of them are needed to judge the result.',
    });
  }
  if (labels !== undefined) return { images: { images, count, labels }, findings: [] };
  const evaluator = await Evaluator.compile(runtime, classifier, calibration.chosen);
  try {
    const own = await evaluator.predictions(samples);
    const message =
      'The samples have no labels, so the answers of the model before the repair count as right; accuracy means agreement with them.';
    return { images: { images, count, labels: own }, findings: [{ severity: 'warning', message }] };
  } finally {
    await evaluator.dispose();
  }
}
