import { createHash } from 'node:crypto';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeNetwork } from '../../../../src/engine/attack/encodeNetwork';
import { SamplesError, UsageError } from '../../../../src/engine/support/errors';
import { classifierOf } from '../../../../src/engine/classify/classifier';
import { calibrateFilter, type CalibrationJob } from '../../../../src/engine/filter/calibrate';
import { encodeFilter, ImageFilter, REJECTED, type FilterParts } from '../../../../src/engine/filter/imageFilter';
import { openFilter } from '../../../../src/engine/filter/openFilter';
import { filterText, parseFilter, type SavedFilter } from '../../../../src/engine/filter/savedFilter';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../src/engine/runtime/runtime';
import { UNIT, type Preprocessing } from '../../../../src/engine/samples/preprocessing/preprocessing';
import { selectSamples } from '../../../../src/engine/samples/select';
import { stamping } from '../../../../src/engine/identify/identifyTrigger';
import { memoryFiles } from '../../../support/memoryFiles';
import {
  NEURON_MODEL_TARGET,
  neuronModel,
  pixelTrigger,
  toySamples,
  TRIGGER_NEURONS,
} from '../../../support/neuronModel';
import { TOY } from '../../../support/toyModel';

/** The model divides by 255 itself; here it does not, so that the filter has a preprocessing to carry along. */
function withoutScale() {
  const graph = neuronModel();
  const nodes = graph.nodes.slice(1).map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => (name === 'scaled' ? 'image' : name)),
  }));
  return { ...graph, nodes };
}

const classifier = classifierOf(withoutScale());
const preprocessing: Preprocessing = UNIT;
const trigger = { label: NEURON_MODEL_TARGET, ...pixelTrigger(0.9) };
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
});

async function calibrated(change: Partial<CalibrationJob> = {}, rate = 0.05) {
  const samples = toySamples(160);
  const job = { runtime, classifier, preprocessing, samples, triggers: [trigger], ...change };
  const { layers, at } = await calibrateFilter(job);
  return { classifier, preprocessing, layers, ...at(rate) };
}

async function answers(parts: FilterParts, stamp?: ReturnType<typeof pixelTrigger>) {
  const filter = await ImageFilter.compile(runtime, parts);
  try {
    return await filter.check(toySamples(100), stamp === undefined ? undefined : stamping(stamp));
  } finally {
    await filter.dispose();
  }
}

describe('the filter', () => {
  it('weighs the neurons that the trigger drives', async () => {
    const { layers, profiles } = await calibrated();
    expect(layers.map(({ name }) => name)).toEqual(['hidden']);
    expect(profiles).toMatchObject([{ label: NEURON_MODEL_TARGET }]);
    const weights = profiles[0]!.weights[0]!;
    const strongest = [...weights.keys()].sort((a, b) => weights[b]! - weights[a]!).slice(0, TRIGGER_NEURONS);
    expect(strongest.sort((a, b) => a - b)).toEqual([192, 193, 194, 195, 196, 197, 198, 199]);
    for (const { falseNegativeRate } of profiles[0]!.curve) expect(falseNegativeRate).toBe(0);
  });

  it('passes clean images with their label and rejects stamped ones, also with a trigger that it has not seen', async () => {
    const parts = await calibrated({}, 0.001);
    const clean = await answers(parts);
    expect(Array.from(clean.labels)).toEqual(Array.from(toySamples(100).labels!));
    for (const opacity of [0.9, 1, 0.6]) {
      const stamped = await answers(parts, pixelTrigger(opacity));
      expect(new Set(stamped.labels)).toEqual(new Set([REJECTED]));
      expect(stamped.scores[0]![0]).toBeGreaterThan(3);
    }
  });

  it('divides the rate between several triggers', async () => {
    const samples = toySamples(400);
    // Images whose own pixels drive the neurons of label 0: half the clean scores differ from zero.
    const faint = pixelTrigger(0);
    const triggers = [trigger, { label: 0, ...faint, mask: faint.mask.map((_, i) => (i % TOY.classes === 0 ? 1 : 0)) }];
    const parts = await calibrated({ samples, triggers }, 0.1);
    expect(parts.profiles.map(({ label }) => label)).toEqual([NEURON_MODEL_TARGET, 0]);
    const filter = await ImageFilter.compile(runtime, parts);
    const { labels, scores } = await filter.check(samples);
    await filter.dispose();
    expect(scores).toHaveLength(2);
    const rejected = labels.filter((label) => label === REJECTED).length / 400;
    expect(Math.abs(rejected - 0.1)).toBeLessThan(0.02);
    // The cost was measured by discriminants that did not know the images.
    expect(Math.abs(parts.cost.falsePositiveRate - rejected)).toBeLessThan(0.02);
  });

  it('needs images without the target label', async () => {
    const all = toySamples(160);
    const samples = selectSamples(all, (i) => all.labels?.[i] === NEURON_MODEL_TARGET);
    await expect(calibrated({ samples })).rejects.toThrow(SamplesError);
  });

  it('answers the same as an ONNX file in plain ONNX Runtime', async () => {
    const parts = await calibrated();
    const samples = toySamples(20);
    const session = await ort.InferenceSession.create(encodeFilter(parts));
    expect([session.inputNames, session.outputNames]).toEqual([['images'], ['label', 'score']]);
    for (const stamp of [undefined, pixelTrigger()]) {
      const filter = await ImageFilter.compile(runtime, parts);
      const ours = await filter.check(samples, stamp === undefined ? undefined : stamping(stamp));
      await filter.dispose();
      for (let i = 0; i < samples.count; i++) {
        const image = Float32Array.from(samples.images.subarray(i * 64, (i + 1) * 64));
        if (stamp !== undefined) stamping(stamp)(image, i);
        const { label, score } = await session.run({ images: new ort.Tensor('float32', image, [1, 1, 8, 8]) });
        expect(Number(label!.data[0])).toBe(ours.labels[i]);
        expect(Number(score!.data[0])).toBeCloseTo(ours.scores[0]![i]!, 5);
      }
    }
    await session.release();
  });
});

describe('a saved filter', () => {
  async function saved() {
    const bytes = encodeNetwork(withoutScale(), TOY.classes);
    const { layers, profiles } = await calibrated();
    const filter: SavedFilter = {
      version: 2,
      tool: 'test',
      model: { file: 'model.onnx', sha256: sha256(bytes) },
      input: { channels: 1, height: 8, width: 8 },
      preprocessing,
      layers: layers.map(({ name }) => name),
      falsePositiveRate: 0.05,
      images: 160,
      profiles,
    };
    return { bytes, filter };
  }

  it('comes back from its file and works', async () => {
    const { bytes, filter } = await saved();
    const back = parseFilter(filterText(filter), 'f.json');
    expect(back).toEqual(filter);
    const parts = await openFilter(memoryFiles({ 'model.onnx': bytes }), 'model.onnx', back, sha256);
    expect(new Set((await answers(parts, pixelTrigger())).labels)).toEqual(new Set([REJECTED]));
  });

  it('is refused for another model file', async () => {
    const { bytes, filter } = await saved();
    const other = { ...filter, model: { ...filter.model, sha256: 'ab'.repeat(32) } };
    await expect(openFilter(memoryFiles({ 'model.onnx': bytes }), 'model.onnx', other, sha256)).rejects.toThrow(
      /model\.onnx: the filter is about another model/,
    );
  });

  it.each<[string, Partial<SavedFilter>]>([
    ['a layer that is not there', { layers: ['nowhere'] }],
    ['another image size', { input: { channels: 1, height: 9, width: 8 } }],
    ['too few weights', { profiles: [{ label: 0, weights: [[1]], offset: 0, threshold: 0, curve: [] }] }],
    ['weights of a layer too many', { layers: ['hidden', 'hidden'] }],
  ])('is refused with %s', async (_name, change) => {
    const { bytes, filter } = await saved();
    const files = memoryFiles({ 'model.onnx': bytes });
    await expect(openFilter(files, 'model.onnx', { ...filter, ...change }, sha256)).rejects.toThrow(UsageError);
  });

  it.each<[string, string, RegExp]>([
    ['no JSON', '{', /f\.json: the filter cannot be read \(.*no JSON/],
    ['another document', '{"version":2}', /f\.json: tool: the filter cannot be read/],
    ['a filter of an earlier version', '{"version":1}', /version: the filter cannot be read .* Calibrate a filter/],
    ['hostile numbers', 'weights', /weights\.0\.0: the filter cannot be read/],
  ])('is refused with %s', async (_name, text, message) => {
    const { filter } = await saved();
    const hostile = JSON.stringify({ ...filter, profiles: [{ ...filter.profiles[0], weights: [[null]] }] });
    expect(() => parseFilter(text === 'weights' ? hostile : text, 'f.json')).toThrow(message);
  });
});
