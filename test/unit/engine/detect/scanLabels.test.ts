import { beforeAll, describe, expect, it } from 'vitest';
import { decodeFloats } from '../../../../src/engine/support/base64';
import type { CheckpointStore, ScanEvents, ScanProgress } from '../../../../src/engine/detect/scanJob';
import { scanLabels, type Detection } from '../../../../src/engine/detect/scanLabels';
import { completeSettings } from '../../../../src/engine/scan/settings';
import { CancelledError } from '../../../../src/engine/support/errors';
import { classifierOf } from '../../../../src/engine/classify/classifier';
import { scaleLogits } from '../../../../src/engine/classify/usualLogits';
import type { LabelResult, ScanSettings } from '../../../../src/engine/report/scanReport';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../src/engine/runtime/runtime';
import { RAW } from '../../../../src/engine/samples/preprocessing/preprocessing';
import { sourceToyGraph, TOY, TOY_TRIGGER_PIXEL, toyGraph, toyImages } from '../../../support/toyModel';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
});

function scan(
  infected?: number,
  settings: Partial<ScanSettings> = {},
  events: ScanEvents = {},
  factor = 1,
  graph = toyGraph(infected),
): Promise<Detection> {
  return scanLabels(
    {
      runtime,
      classifier: scaleLogits(classifierOf(graph), factor),
      preprocessing: RAW,
      images: toyImages(256),
      settings: completeSettings({ updates: 150, ...settings }, TOY.classes),
      checkpointKey: 'key',
      now: () => performance.now() / 1000,
    },
    events,
  );
}

function memoryStore(): CheckpointStore & { text?: string } {
  const store: CheckpointStore & { text?: string } = {
    load: () => Promise.resolve(store.text),
    save: (_, text) => {
      store.text = text;
      return Promise.resolve();
    },
    remove: () => {
      delete store.text;
      return Promise.resolve();
    },
  };
  return store;
}

describe('scanLabels', () => {
  it('finds the one-pixel backdoor and where it is', async () => {
    const detection = await scan(5);
    expect(detection.verdict).toBe('infected');
    expect(detection.flagged).toEqual([5]);
    const { trigger, attackSuccess } = detection.labels[5]!;
    expect(attackSuccess).toBeGreaterThan(0.95);
    const mask = decodeFloats(trigger!.mask, 64);
    expect(mask.indexOf(Math.max(...mask))).toBe(TOY_TRIGGER_PIXEL);
    // Eight labels briefly, a few of them with two more seeds, the three smallest to the end, and before and after an unlearning.
    expect(detection.imagePasses).toBeLessThanOrEqual((8 + 3 * 2) * 80 * 4 + 3 * 150 * 16 + 2 * 3 * 80 * 8 + 120 * 32);
    expect(detection.labels.filter(({ response }) => response !== undefined)).toHaveLength(3);
    expect(detection.labels.filter(({ stopped }) => stopped)).toHaveLength(5);
  });

  it("inverts every label to the end under the paper's scheme", async () => {
    const detection = await scan(5, { scheme: 'paper' });
    expect(detection).toMatchObject({ verdict: 'infected', flagged: [5] });
    expect(
      detection.labels.every(({ stopped, attackSuccess }) => stopped === undefined && attackSuccess !== undefined),
    ).toBe(true);
    expect(detection.imagePasses).toBeGreaterThan((await scan(5)).imagePasses);
  });

  it('finds a backdoor that only images of one label obey by their pair', async () => {
    const graph = sourceToyGraph(2, 5);
    expect((await scan(undefined, {}, {}, 1, graph)).flagged).toEqual([]);
    const told: number[] = [];
    const events = { onLabel: ({ label, sourceLabel }: LabelResult) => sourceLabel === 2 && told.push(label) };
    const detection = await scan(undefined, { pairs: true }, events, 1, graph);
    expect(detection).toMatchObject({ verdict: 'inconclusive', flagged: [5] });
    expect(detection.pairs?.filter(({ flagged }) => flagged)).toMatchObject([{ source: 2, target: 5 }]);
    expect(detection.reasons.join(' ')).toContain('The trigger of the pair 2 → 5');
    expect(detection.labels[5]).toMatchObject({ sourceLabel: 2, flagged: true });
    const mask = decodeFloats(detection.labels[5]!.trigger!.mask, 64);
    expect(mask.indexOf(Math.max(...mask))).toBe(TOY_TRIGGER_PIXEL);
    expect(told).toEqual([5]);
  });

  it('flags no pair of the clean twin, and says that it looked', async () => {
    const detection = await scan(undefined, { pairs: true });
    expect(detection).toMatchObject({ verdict: 'clean', flagged: [] });
    expect(detection.pairs?.length).toBeGreaterThan(0);
    expect(detection.reasons.join(' ')).toContain('No pair of labels');
  });

  it('calls the clean twin clean', async () => {
    expect(await scan()).toMatchObject({ verdict: 'clean', flagged: [] });
  });

  it.each([1e-3, 1e3])('does not depend on a factor of the last layer: %d', async (factor) => {
    const [expected, scaled] = [await scan(5), await scan(5, {}, {}, factor)];
    expect(scaled).toMatchObject({ verdict: expected.verdict, flagged: expected.flagged });
    scaled.labels.forEach(({ l1 }, i) => {
      expect(l1! / expected.labels[i]!.l1!).toBeCloseTo(1, 1);
    });
  });

  it('gives the same numbers for the same seed and others for another', async () => {
    const norms = async (seed: number) => (await scan(5, { seed })).labels.map((label) => label.l1);
    const first = await norms(1);
    expect(await norms(1)).toEqual(first);
    expect(await norms(2)).not.toEqual(first);
  });

  it('takes the smallest trigger of several seeds', async () => {
    const { labels } = await scan(5, { seeds: 2 });
    const { l1, l1PerSeed } = labels[0]!;
    expect(l1PerSeed).toHaveLength(2);
    expect(l1).toBe(Math.min(...l1PerSeed));
  });

  it.each(['race', 'paper'] as const)(
    '%s: looks again at a label in doubt, also when it resumes there',
    async (scheme) => {
      // No p-value can be this small, so that the backdoored label stays in doubt.
      const settings = { pThreshold: 1e-6, scheme };
      const whole = await scan(5, settings);
      if (scheme === 'paper')
        expect(whole.labels.map(({ l1PerSeed }) => l1PerSeed.length)).toEqual([1, 1, 1, 1, 1, 3, 1, 1]);
      expect(whole.imagePasses).toBeGreaterThan((await scan(5, { scheme })).imagePasses);

      const checkpoints = memoryStore();
      const signal = { aborted: false };
      const onProgress = ({ phase }: ScanProgress): void => {
        signal.aborted = phase === 'verifying';
      };
      await expect(scan(5, settings, { checkpoints, signal, onProgress })).rejects.toBeInstanceOf(CancelledError);
      const resumed = await scan(5, settings, { checkpoints });
      expect(resumed.labels[5]!.l1).toBeCloseTo(whole.labels[5]!.l1!, 3);
      expect(resumed.imagePasses).toBe(whole.imagePasses);
    },
  );

  it.each(['race', 'paper'] as const)(
    '%s: saves a checkpoint when cancelled, resumes to the same result, and tidies up',
    async (scheme) => {
      const whole = await scan(5, { scheme });
      const checkpoints = memoryStore();
      const signal = { aborted: false };
      // Two labels per step would finish together; one slot per label would hide a lost one.
      const cancelled = scan(5, { scheme }, { checkpoints, signal, onLabel: () => (signal.aborted = true) });
      await expect(cancelled).rejects.toBeInstanceOf(CancelledError);
      expect(checkpoints.text).toBeDefined();

      const finished: number[] = [];
      const resumed = await scan(5, { scheme }, { checkpoints, onLabel: (result) => finished.push(result.label) });
      // In a race the suspects come twice.
      expect([...new Set(finished)].toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(finished).toHaveLength(scheme === 'race' ? 8 + 3 : 8);
      expect(resumed.flagged).toEqual(whole.flagged);
      expect(resumed.imagePasses).toBe(whole.imagePasses);
      resumed.labels.forEach((label, i) => {
        expect(label.l1).toBeCloseTo(whole.labels[i]!.l1!, 3);
      });
      expect(checkpoints.text).toBeUndefined();
    },
  );

  it('starts anew from a damaged checkpoint', async () => {
    const checkpoints = memoryStore();
    checkpoints.text = '{"version":1,"results":[{"label":"x"}]}';
    expect((await scan(5, {}, { checkpoints })).flagged).toEqual([5]);
  });

  it('leaves out labels that were not asked for', async () => {
    const { labels } = await scan(5, { labels: [1, 2, 4, 5, 6] });
    expect(labels.filter((label) => label.state === 'not-scanned').map((label) => label.label)).toEqual([0, 3, 7]);
  });
});
