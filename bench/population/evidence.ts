/** @file What the product's own standard scan finds in one model of the population. */
import { classifierOf, type Classifier } from '../../src/engine/classify/classifier';
import { scanLabels } from '../../src/engine/detect/scanLabels';
import { readModel } from '../../src/engine/formats';
import type { LabelResult, Verdict } from '../../src/engine/report/scanReport';
import type { Runtime } from '../../src/engine/runtime/runtime';
import { RAW } from '../../src/engine/samples/preprocessing/preprocessing';
import type { Samples } from '../../src/engine/samples/samples';
import { generatedFor, labelledByModel } from '../../src/engine/scan/firstLook';
import { completeSettings } from '../../src/engine/scan/settings';
import { nodeFiles } from '../../src/runner/files/nodeFiles';

export interface ModelEvidence {
  readonly pixels: number;
  readonly verdict: Verdict;
  readonly flagged: readonly number[];
  readonly labels: readonly LabelResult[];
  readonly imagePasses: number;
  readonly seconds: number;
  /** What the same scan finds with generated images. */
  readonly firstLook: Pick<ModelEvidence, 'flagged' | 'labels'>;
}

export async function measureEvidence(runtime: Runtime, file: string, images: Samples): Promise<ModelEvidence> {
  const classifier = classifierOf((await readModel(nodeFiles, file)).graph);
  const generated = await labelledByModel(runtime, classifier, RAW, generatedFor(classifier.input));
  const { flagged, labels } = await scan(runtime, file, classifier, generated);
  return { ...(await scan(runtime, file, classifier, images)), firstLook: { flagged, labels } };
}

async function scan(
  runtime: Runtime,
  file: string,
  classifier: Classifier,
  images: Samples,
): Promise<Omit<ModelEvidence, 'firstLook'>> {
  const settings = completeSettings({}, classifier.classes);
  const { verdict, flagged, labels, imagePasses, seconds } = await scanLabels(
    {
      ...{ runtime, classifier, preprocessing: RAW, images, settings },
      ...{ checkpointKey: file, now: () => performance.now() / 1000 },
    },
    {},
  );
  const pixels = classifier.input.height * classifier.input.width;
  return { pixels, verdict, flagged, labels, imagePasses, seconds };
}
