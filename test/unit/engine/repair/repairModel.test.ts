import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CancelledError, SamplesError, UnsupportedModelError, UsageError } from '../../../../src/engine/support/errors';
import { worstSuccess } from '../../../../src/engine/report/repairReport';
import { repairModel } from '../../../../src/engine/repair/repairModel';
import { type RepairRequest } from '../../../../src/engine/repair/repairJob';
import { type RepairDraft } from '../../../../src/engine/repair/repairDraft';
import type { RepairProgress } from '../../../../src/engine/report/repairReport';
import type { ScanReport } from '../../../../src/engine/report/scanReport';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../src/engine/runtime/runtime';
import { scanModel } from '../../../../src/engine/scan/scanModel';
import { readModel } from '../../../../src/engine/formats';
import { floats } from '../../../../src/engine/graph/tensor';
import { sha256 } from '../../../../src/runner/files/sha256';
import { memoryFiles } from '../../../support/memoryFiles';
import { ROOT } from '../../../support/project';
import { quantisedNetwork } from '../../../support/quantisedNetwork';
import { BACKDOOR_NEURON, toyFiles, toyTrigger } from '../../../support/toyNetwork';

const now = (): number => performance.now() / 1000;
const contents = toyFiles(400);
const files = memoryFiles(contents);

let runtime: Runtime;
let report: ScanReport;
beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
  report = await scanModel({ ...source(), settings: { updates: 150 }, now });
});

function source() {
  return { files, runtime, sha256, model: 'model.onnx', data: 'toy-images-idx3-ubyte', preprocessing: 'raw' };
}

function repair(
  changes: Partial<Omit<RepairRequest, 'settings'>> & { settings?: Partial<RepairRequest['settings']> } = {},
  events: Parameters<typeof repairModel>[1] = {},
): Promise<RepairDraft> {
  const { settings, ...others } = changes;
  return repairModel(
    {
      ...source(),
      report,
      labelChoice: 'flagged',
      givenTriggers: [{ label: 5, source: 'given', ...toyTrigger() }],
      now,
      ...others,
      settings: { method: 'prune', ...settings },
    },
    events,
  );
}

describe('repairModel', () => {
  it('prunes the one neuron, and the file holds zeros in its place and nothing else new', async () => {
    expect(report.flagged).toEqual([5]);
    const progress: RepairProgress[] = [];
    const draft = await repair({}, { onProgress: (state) => progress.push(state) });
    const { before, after, rounds, notes } = draft.report;
    expect(rounds[0]!.prune!.ranking[0]).toBe(BACKDOOR_NEURON);
    expect(worstSuccess(before)).toBeGreaterThan(0.9);
    expect(worstSuccess(after)).toBe(0);
    expect(after.triggers.find(({ source: kind }) => kind === 'given')!.attackSuccess).toBe(0);
    expect(after.cleanAccuracy).toBe(before.cleanAccuracy);
    expect(notes[0]).toContain('1 of 9 neurons of layer "hidden" were pruned');
    expect(progress.at(-1)).toMatchObject({ phase: 'evaluating', done: 2, total: 2 });

    const { files: written } = await draft.write('model.repaired.onnx');
    expect(written.map(({ name }) => name)).toEqual(['model.repaired.onnx']);
    const overlay = memoryFiles({ 'model.repaired.onnx': written[0]!.bytes });
    const [old, repaired] = [await readModel(files, 'model.onnx'), await readModel(overlay, 'model.repaired.onnx')];
    const expected = floats(old.graph.initializers.get('hidden.weight')!).slice();
    expected.fill(0, BACKDOOR_NEURON * 64, (BACKDOOR_NEURON + 1) * 64);
    expect(floats(repaired.graph.initializers.get('hidden.weight')!)).toEqual(expected);
    expect(floats(repaired.graph.initializers.get('output.weight')!)).toEqual(
      floats(old.graph.initializers.get('output.weight')!),
    );
  });

  it('writes another point of the curve on demand, and refuses one that is not there', async () => {
    const draft = await repair();
    const { report: unpruned } = await draft.write('model.repaired.onnx', 0);
    expect(unpruned.after).toEqual(unpruned.before);
    expect(unpruned.rounds[0]!.prune!.chosen).toBe(0);
    await expect(draft.write('model.repaired.onnx', 99)).rejects.toBeInstanceOf(UsageError);
  });

  it('unlearns', async () => {
    const { report: result } = await repair({ settings: { method: 'unlearn' } });
    expect(worstSuccess(result.after)).toBeLessThanOrEqual(0.01);
    expect(result.rounds[0]!.kept).toBeGreaterThan(0);
  });

  it('prunes dormant neurons and keeps them silent while it fine-tunes', async () => {
    const draft = await repair({ settings: { method: 'fine-prune' } });
    const { prune, unlearn } = draft.report.rounds[0]!;
    expect(prune!.ranking[0]).toBe(BACKDOOR_NEURON);
    expect(unlearn!.length).toBeGreaterThan(1);
    const { files: written } = await draft.write('x.onnx');
    const { graph } = await readModel(memoryFiles({ 'x.onnx': written[0]!.bytes }), 'x.onnx');
    const row = floats(graph.initializers.get('hidden.weight')!).subarray(BACKDOOR_NEURON * 64);
    expect(row.every((value) => value === 0)).toBe(true);
  });

  it('chooses by itself: the cheapest method that does, proved by a trigger learned anew', async () => {
    const { report: result } = await repair({ settings: { method: 'auto' } });
    const [round] = result.rounds;
    expect(round!.method).toBe('prune');
    expect(round!.attempts).toHaveLength(1);
    expect(result.notes[0]).toContain('Pruning the neurons was chosen');
    const [relearned] = result.relearned!;
    expect(relearned!.label).toBe(5);
    expect(relearned!.after).toBeGreaterThan(2 * relearned!.before);
    expect(round!.attempts![0]!.result!.growth).toBeCloseTo(relearned!.after / relearned!.before, 5);
  });

  it.each(['auto', 'i-bau', 'anp'] as const)('needs no trigger: %s', async (method) => {
    const { report: result } = await repair({ report: { ...report, flagged: [] }, settings: { method } });
    expect(result.labels).toEqual([]);
    expect(result.relearned).toBeUndefined();
    expect(result.notes.join(' ')).toContain('No trigger is known');
    expect(result.after.cleanAccuracy).toBeGreaterThanOrEqual(result.before.cleanAccuracy - 0.015);
    // The attacker's own trigger, which the repair never saw.
    if (method !== 'anp') expect(result.after.triggers[0]!.attackSuccess).toBeLessThan(0.1);
  });

  it.each(['prune', 'unlearn'] as const)('loops until a scan flags nothing: %s', async (method) => {
    const { report: result } = await repair({ settings: { method, loop: true } });
    expect(result.rounds.at(-1)!.verdict).not.toBe('infected');
    expect(result.notes.at(-1)).toContain('flags no label');
  });

  it('repairs all labels at once', async () => {
    const { report: result } = await repair({ labelChoice: 'all', settings: { method: 'unlearn' } });
    expect(result.labels).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('refuses a model that has changed since the scan', async () => {
    const other = { ...report, model: { ...report.model, sha256: 'f'.repeat(64) } };
    await expect(repair({ report: other })).rejects.toThrow('Scan the model again');
  });

  it('offers what needs no trigger where nothing is flagged', async () => {
    await expect(repair({ report: { ...report, flagged: [] } })).rejects.toThrow('needs no trigger');
  });

  it('refuses a label without a trigger', async () => {
    await expect(repair({ labelChoice: [99] })).rejects.toThrow('no trigger for label 99');
  });

  it('refuses too few images', async () => {
    await expect(repair({ limit: 60 })).rejects.toBeInstanceOf(SamplesError);
  });

  it('refuses samples that do not fit the model', async () => {
    const wrong = memoryFiles({ ...contents, 'toy-images-idx3-ubyte': shuffled(contents['toy-images-idx3-ubyte']) });
    await expect(repair({ files: wrong })).rejects.toThrow('do not fit the model');
  });

  it('refuses a layer that does not exist, naming those that do', async () => {
    await expect(repair({ settings: { layer: 'nonsense' } })).rejects.toThrow('hidden');
  });

  it('refuses to write what quantised weights cannot hold; zeros they can', async () => {
    const quantised = { files: memoryFiles({ ...contents, ...quantisedNetwork(5) }), model: 'model.json' };
    const scanned = await scanModel({
      ...source(),
      ...quantised,
      preprocessing: 'unit',
      settings: { updates: 150 },
      now,
    });
    expect(scanned.flagged).toEqual([5]);
    const repaired = (method: RepairRequest['settings']['method']) =>
      repair({ ...quantised, preprocessing: 'unit', report: scanned, settings: { method } });

    const unlearned = await repaired('unlearn');
    expect(worstSuccess(unlearned.report.after)).toBeLessThanOrEqual(0.01);
    const written = unlearned.write('model.repaired.json');
    await expect(written).rejects.toBeInstanceOf(UnsupportedModelError);
    await expect(written).rejects.toThrow(/model\.json: the numbers of the file are too coarse .*prune instead/);

    const { report: pruned } = await (await repaired('prune')).write('model.repaired.json');
    expect(worstSuccess(pruned.after)).toBe(0);
    expect(pruned.after.cleanAccuracy).toBe(pruned.before.cleanAccuracy);
  });

  it.each(['prune', 'unlearn', 'i-bau', 'anp', 'fine-prune'] as const)(
    'can be cancelled at any moment of %s',
    async (method) => {
      const phases = new Set<string>();
      await repair({ settings: { method } }, { onProgress: ({ phase }) => phases.add(phase) });
      for (const phase of phases) {
        if (phase === 'evaluating') continue;
        const signal = { aborted: false };
        const onProgress = (progress: RepairProgress): void => {
          if (progress.phase === phase) signal.aborted = true;
        };
        await expect(repair({ settings: { method } }, { signal, onProgress }), phase).rejects.toBeInstanceOf(
          CancelledError,
        );
      }
    },
  );
});

/** The images in another order than their labels. */
function shuffled(idx: Uint8Array): Uint8Array {
  const copy = idx.slice();
  const images = copy.subarray(16);
  images.set([...images.slice(3 * 64), ...images.slice(0, 3 * 64)]);
  return copy;
}

describe('a model whose weights cannot be written', () => {
  it('is refused before anything is computed, with a way on', async () => {
    const bytes = readFileSync(path.join(ROOT, 'test/fixtures/tflite/int8-pixels.tflite'));
    const request = {
      files: memoryFiles({ 'q.tflite': bytes }),
      runtime,
      sha256,
      model: 'q.tflite',
      withoutSamples: true,
    };
    const repairing = repairModel({ ...request, report, labelChoice: 'flagged', settings: { method: 'prune' }, now });
    await expect(repairing).rejects.toThrow(
      'q.tflite: the weights of this file cannot be changed. Repair the model that it was made from.',
    );
  });
});
