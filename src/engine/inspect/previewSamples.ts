/** @file Shows clean samples as the model will see them, and what it says to them: the look before a scan. */
import { Evaluator } from '../classify/evaluator';
import { pngUri } from '../output/pictures/png';
import { sampleImage } from '../output/pictures/sampleImage';
import { prepareScan, type PreparedScan, type PrepareRequest } from '../scan/prepareScan';
import type { CancelSignal } from '../support/cancellation';
import type { PreviewImage, SamplesPreview } from './samplesPreview';

export interface PreviewRequest extends Omit<PrepareRequest, 'limit'> {
  /** Images to show. */
  readonly count: number;
}

/** Drawn and judged; a scan draws more. */
const SAMPLES = 512;

/** Pixels along the longer side of a picture. */
const LONGEST_SIDE = 160;

/** The pictures are as balanced over the classes as the samples allow. Throws what {@link prepareScan} throws. */
export async function previewSamples(request: PreviewRequest, signal?: CancelSignal): Promise<SamplesPreview> {
  const prepared = await prepareScan({ ...request, limit: Math.max(SAMPLES, request.count) }, signal);
  const { samples, calibration } = prepared;
  return {
    source: samples.source,
    count: samples.count,
    available: samples.available,
    splits: samples.splits,
    ...(samples.split !== undefined && { split: samples.split }),
    ...(prepared.classNames !== undefined && { classNames: prepared.classNames }),
    images: await pictures(request, prepared, signal),
    candidates: calibration.candidates.map(({ preprocessing: { id, label }, accuracy }) => ({
      id,
      label,
      ...(accuracy !== undefined && { accuracy }),
    })),
    chosen: calibration.chosen.id,
    ...(prepared.cleanAccuracy !== undefined && { cleanAccuracy: prepared.cleanAccuracy }),
    ...(prepared.doubt !== undefined && { doubt: prepared.doubt }),
    notes: prepared.findings.map(({ message }) => message),
  };
}

async function pictures(
  request: PreviewRequest,
  { classifier, samples, calibration }: PreparedScan,
  signal: CancelSignal | undefined,
): Promise<PreviewImage[]> {
  const count = Math.min(request.count, samples.count);
  const size = samples.images.length / samples.count;
  const evaluator = await Evaluator.compile(request.runtime, classifier, calibration.chosen);
  try {
    const shown = { images: samples.images.subarray(0, count * size), count };
    const predictions = await evaluator.predictions(shown, undefined, signal);
    return Array.from(predictions, (predicted, i) => {
      const label = samples.labels?.[i];
      return {
        name: samples.names[i] ?? '',
        image: pngUri(sampleImage(samples.images.subarray(i * size, (i + 1) * size), samples, LONGEST_SIDE)),
        ...(label !== undefined && { label }),
        predicted,
      };
    });
  } finally {
    await evaluator.dispose();
  }
}
