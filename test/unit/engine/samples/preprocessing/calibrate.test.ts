import { describe, expect, it } from 'vitest';
import { Random } from '../../../../../src/engine/support/random';
import { calibrate } from '../../../../../src/engine/samples/preprocessing/calibrate';
import { classOrder } from '../../../../../src/engine/samples/preprocessing/classOrder';
import {
  RAW,
  SIGNED,
  UNIT,
  usualPreprocessings,
  type Preprocessing,
} from '../../../../../src/engine/samples/preprocessing/preprocessing';

const CLASSES = 10;
const COUNT = 300;
const LABELS = Int32Array.from({ length: COUNT }, (_, i) => i % CLASSES);

function logitsOf(predictions: ArrayLike<number>): Float32Array {
  const logits = new Float32Array(predictions.length * CLASSES);
  Array.from(predictions).forEach((prediction, i) => (logits[i * CLASSES + prediction] = 5));
  return logits;
}

/** Predictions that are right for the first `right` images and off by one for the others. */
function firstRight(right: number): Int32Array {
  return LABELS.map((label, i) => (i < right ? label : (label + 1) % CLASSES));
}

/** A model whose predictions depend on the preprocessing; `otherwise` it predicts class 0. */
function model(answers: Readonly<Record<string, ArrayLike<number>>>) {
  return (preprocessing: Preprocessing) =>
    Promise.resolve(logitsOf(answers[preprocessing.id] ?? new Int32Array(COUNT)));
}

const request = { classes: CLASSES, candidates: usualPreprocessings(3), labels: LABELS };

describe('calibrate with labels', () => {
  it('takes the most accurate', async () => {
    const result = await calibrate({ ...request, evaluate: model({ unit: firstRight(100), caffe: firstRight(280) }) });
    expect(result).toMatchObject({ gate: 'passed', accuracy: 280 / 300, chosen: { id: 'caffe', bgr: true } });
    expect(result.doubt).toBeUndefined();
    expect(result.candidates.slice(0, 2).map(({ preprocessing }) => preprocessing.id)).toEqual(['caffe', 'unit']);
    expect(result.candidates).toHaveLength(12);
  });

  it('prefers the simple one among those that are not significantly worse', async () => {
    // Two images against none: 2 ≤ 1.645·√2, a tie. Three against none: 3 > 1.645·√3 = 2.85, not a tie.
    const tie = await calibrate({ ...request, evaluate: model({ unit: firstRight(270), clip: firstRight(272) }) });
    expect(tie.chosen.id).toBe('unit');
    expect(tie.accuracy).toBe(0.9);
    const clear = await calibrate({ ...request, evaluate: model({ unit: firstRight(270), clip: firstRight(273) }) });
    expect(clear.chosen.id).toBe('clip');
  });

  it('prefers 0…1 where 0…255 works as well, and takes 0…255 where nothing else does', async () => {
    const both = await calibrate({ ...request, evaluate: model({ unit: firstRight(290), raw: firstRight(291) }) });
    expect(both.chosen.id).toBe('unit');
    const own = await calibrate({ ...request, evaluate: model({ raw: firstRight(290) }) });
    expect(own.chosen).toEqual(RAW);
  });

  it('says when the accuracy is near chance', async () => {
    const random = new Random(1);
    const noise = LABELS.map(() => random.integer(CLASSES));
    const result = await calibrate({ ...request, evaluate: model({ unit: noise }) });
    expect(result.gate).toBe('near-chance');
    expect(result).toMatchObject({ chance: 0.1, required: 0.2 });
    expect(result.doubt).toMatch(/hardly better than guessing \(10\.0 %\): the preprocessing is probably wrong/);
  });

  it('says when the classes are numbered differently', async () => {
    const order = [3, 7, 0, 9, 1, 2, 8, 4, 6, 5];
    const permuted = firstRight(280).map((prediction) => order[prediction] ?? 0);
    const result = await calibrate({ ...request, evaluate: model({ signed: permuted }) });
    expect(result).toMatchObject({ gate: 'near-chance', chosen: SIGNED });
    expect(result.doubt).toMatch(/numbers its classes differently.* and in 93\.3 % once the classes are renumbered/);
  });

  it('says so, too, when some classes agree by chance', async () => {
    // 0, 1, 10, 11, … sorted as text: the first classes are right, the others are shifted.
    const shifted = firstRight(280).map((prediction) => (prediction < 5 ? prediction : 5 + ((prediction + 1) % 5)));
    const result = await calibrate({ ...request, evaluate: model({ unit: shifted }) });
    expect(result.gate).toBe('passed');
    expect(result.doubt).toMatch(/numbers its classes differently/);
  });

  it('judges a single given candidate', async () => {
    const result = await calibrate({
      ...request,
      candidates: [UNIT],
      evaluate: model({ unit: firstRight(150), signed: firstRight(290) }),
    });
    expect(result).toMatchObject({ chosen: UNIT, accuracy: 0.5, gate: 'passed' });
  });

  it('counts logits that are not finite as wrong', async () => {
    const broken = new Float32Array(COUNT * CLASSES).fill(NaN);
    const evaluate = (preprocessing: Preprocessing) =>
      Promise.resolve(preprocessing.id === 'unit' ? broken : logitsOf(firstRight(250)));
    expect((await calibrate({ ...request, evaluate })).chosen.id).toBe('signed');
  });
});

describe('calibrate without labels', () => {
  const unlabelled = { classes: CLASSES, candidates: usualPreprocessings(1) };

  it('guesses the first one with evenly spread predictions, and says so', async () => {
    const collapsed = LABELS.map((label) => label % 2);
    const result = await calibrate({ ...unlabelled, evaluate: model({ unit: collapsed, mnist: LABELS, raw: LABELS }) });
    expect(result).toMatchObject({ gate: 'unlabelled', chosen: { id: 'mnist' } });
    expect(result.accuracy).toBeUndefined();
    expect(result.doubt).toMatch(/no labels, so the preprocessing \(MNIST mean and deviation\) is a guess/);
    expect(result.candidates[0]?.spread).toBeCloseTo(1, 6);
  });
});

describe('classOrder', () => {
  it('gives nothing to predictions that do not depend on the image', () => {
    expect(classOrder(new Int32Array(COUNT), LABELS, CLASSES).agreement).toBeLessThanOrEqual(0.1);
    const random = new Random(2);
    const noise = LABELS.map(() => random.integer(CLASSES));
    expect(classOrder(noise, LABELS, CLASSES).agreement).toBeLessThan(0.2);
  });

  it('finds the numbering', () => {
    const result = classOrder(
      LABELS.map((label) => 9 - label),
      LABELS,
      CLASSES,
    );
    expect(result.agreement).toBe(1);
    expect([...result.labels]).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  });
});
