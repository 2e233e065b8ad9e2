import { beforeAll, describe, expect, it } from 'vitest';
import { classifierOf, type Classifier } from '../../../../src/engine/classify/classifier';
import { Evaluator } from '../../../../src/engine/classify/evaluator';
import { lastLayer } from '../../../../src/engine/classify/lastLayer';
import { scaleLogits, USUAL_MARGIN, withUsualLogits } from '../../../../src/engine/classify/usualLogits';
import type { Graph, Node } from '../../../../src/engine/graph/graph';
import { float32 } from '../../../../src/engine/graph/tensor';
import { createOnnxRuntime } from '../../../../src/engine/runtime/onnxruntime';
import type { Runtime } from '../../../../src/engine/runtime/runtime';
import { RAW } from '../../../../src/engine/samples/preprocessing/preprocessing';
import { TOY, toyGraph, toyImages } from '../../../support/toyModel';

const images = toyImages(64);
let runtime: Runtime;
beforeAll(async () => {
  runtime = await createOnnxRuntime({ library: 'onnxruntime-node', provider: 'cpu', threads: 1 });
});

async function logitsOf(classifier: Classifier): Promise<Float32Array> {
  const evaluator = await Evaluator.compile(runtime, classifier, RAW);
  const logits = await evaluator.logits(images);
  await evaluator.dispose();
  return logits;
}

async function usual(classifier: Classifier): Promise<Classifier> {
  const evaluator = await Evaluator.compile(runtime, classifier, RAW);
  try {
    return await withUsualLogits(classifier, evaluator, images);
  } finally {
    await evaluator.dispose();
  }
}

function node(op: string, inputs: readonly string[], output: string): Node {
  return { op, name: output, inputs, outputs: [output], attributes: {} };
}

/** The toy model with other nodes behind its linear layer, and a constant for them. */
function endingWith(nodes: readonly Node[], output: string): Graph {
  const graph = toyGraph(5);
  const constant = float32([TOY.classes], [1, 2, 3, 4, 5, 6, 7, 8]);
  return {
    ...graph,
    outputs: [output],
    nodes: [...graph.nodes.slice(0, 3), ...nodes],
    initializers: new Map([...graph.initializers, ['extra', constant]]),
  };
}

describe('lastLayer', () => {
  it('is the weight of the linear layer before the soft-max', () => {
    expect(lastLayer(classifierOf(toyGraph()))).toEqual(['weight']);
  });

  it('has the bias that is added behind it, and goes through what a factor passes unchanged', () => {
    const nodes = [node('Add', ['logits', 'extra'], 'sum'), node('Relu', ['sum'], 'positive')];
    expect(lastLayer(classifierOf(endingWith(nodes, 'positive')))).toEqual(['extra', 'weight']);
  });

  it('is not found behind what a factor changes, nor where a constant is shared', () => {
    expect(lastLayer(classifierOf(endingWith([node('Tanh', ['logits'], 'bounded')], 'bounded')))).toBeUndefined();
    const twice = [node('Add', ['logits', 'extra'], 'once'), node('Add', ['once', 'extra'], 'twice')];
    expect(lastLayer(classifierOf(endingWith(twice, 'twice')))).toBeUndefined();
  });
});

describe('scaleLogits', () => {
  it.each(['logits', 'bounded'])('multiplies, in the last layer or behind it: %s', async (ending) => {
    const classifier = classifierOf(
      ending === 'logits' ? toyGraph(5) : endingWith([node('Tanh', ['logits'], 'bounded')], 'bounded'),
    );
    const [before, after] = [await logitsOf(classifier), await logitsOf(scaleLogits(classifier, 0.25))];
    after.forEach((value, i) => {
      expect(value).toBeCloseTo(0.25 * before[i]!, 5);
    });
  });
});

describe('withUsualLogits', () => {
  it.each([1e-3, 1, 1e3])('gives the same logits whatever the last layer is multiplied by: %d', async (factor) => {
    const plain = await usual(classifierOf(toyGraph(5)));
    const scaled = scaleLogits(classifierOf(toyGraph(5)), factor);
    const again = await usual(scaled);
    const [expected, got] = [await logitsOf(plain), await logitsOf(again)];
    got.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 3);
    });
    const margins = Array.from({ length: images.count }, (_, i) => {
      const [first, second] = expected.slice(i * TOY.classes, (i + 1) * TOY.classes).toSorted((a, b) => b - a);
      return first! - second!;
    });
    expect(margins.toSorted((a, b) => a - b)[images.count / 2]).toBeCloseTo(USUAL_MARGIN, 3);
  });

  it('takes the logarithm of probabilities whose soft-max is not the last operator', async () => {
    // Divided by 1: no reader would look for a soft-max before that.
    const nodes = [node('Softmax', ['logits'], 'p'), node('Div', ['p', 'one'], 'same')];
    const graph = endingWith(nodes, 'same');
    const baked = { ...graph, initializers: new Map([...graph.initializers, ['one', float32([1], [1])]]) };
    const classifier = classifierOf(baked);
    expect(classifier.head).toBe('logits');
    const expected = await logitsOf(await usual(classifierOf(toyGraph(5))));
    const got = await logitsOf(await usual(classifier));
    // Logarithms of probabilities are logits up to a number per image.
    for (let i = 0; i < images.count; i++) {
      const shift = got[i * TOY.classes]! - expected[i * TOY.classes]!;
      for (let k = 0; k < TOY.classes; k++) {
        expect(got[i * TOY.classes + k]! - expected[i * TOY.classes + k]!).toBeCloseTo(shift, 2);
      }
    }
  });

  it('leaves a model alone whose outputs are all equal', async () => {
    const graph = toyGraph();
    const constant = {
      ...graph,
      initializers: new Map([...graph.initializers, ['weight', float32([8, 64], new Float32Array(512))]]),
    };
    const classifier = classifierOf(constant);
    expect(await usual(classifier)).toBe(classifier);
  });
});
