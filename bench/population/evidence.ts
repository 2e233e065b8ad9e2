/** @file What the product's own standard scan finds in one model of the population. */
import { classifierOf } from '../../src/engine/classify/classifier';
import { scanLabels } from '../../src/engine/detect/scanLabels';
import { readModel } from '../../src/engine/formats';
import type { LabelResult, ScanSettings, Verdict } from '../../src/engine/report/scanReport';
import type { Runtime } from '../../src/engine/runtime/runtime';
import { RAW } from '../../src/engine/samples/preprocessing/preprocessing';
import type { Samples } from '../../src/engine/samples/samples';
import { completeSettings } from '../../src/engine/scan/settings';
import { nodeFiles } from '../../src/runner/files/nodeFiles';

export interface ModelEvidence {
  readonly pixels: number;
  readonly verdict: Verdict;
  readonly flagged: readonly number[];
  readonly labels: readonly LabelResult[];
  readonly imagePasses: number;
  readonly seconds: number;
}

export async function measureEvidence(
  runtime: Runtime,
  file: string,
  images: Samples,
  changes: Partial<ScanSettings> = {},
): Promise<ModelEvidence> {
  const classifier = classifierOf((await readModel(nodeFiles, file)).graph);
  const settings = completeSettings(changes, classifier.classes);
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
