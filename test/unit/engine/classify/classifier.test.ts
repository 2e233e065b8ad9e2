import { describe, expect, it } from 'vitest';
import { UnsupportedModelError } from '../../../../src/engine/support/errors';
import { classifierOf } from '../../../../src/engine/classify/classifier';
import type { Dim, Graph, Node } from '../../../../src/engine/graph/graph';
import { float32 } from '../../../../src/engine/graph/tensor';

const node = (op: string, inputs: string[], output: string, attributes: Node['attributes'] = {}): Node => ({
  ...{ op, name: output, inputs, outputs: [output], attributes },
});

/** GlobalAveragePool → Gemm → the given head, for images of the given shape. */
function network(dims: readonly Dim[], classes: number, head: readonly Node[], outputs: readonly string[]): Graph {
  return {
    inputs: [{ name: 'image', dtype: 'float32', dims }],
    outputs,
    nodes: [
      node('GlobalAveragePool', ['image'], 'pooled'),
      node('Flatten', ['pooled'], 'flat'),
      node('Gemm', ['flat', 'w'], 'scores'),
      ...head,
    ],
    initializers: new Map([['w', float32([3, classes], new Float32Array(3 * classes))]]),
  };
}

const IMAGE = [null, 3, 16, 16];
const softmax = node('Softmax', ['scores'], 'probabilities', { axis: -1 });

describe('classifierOf', () => {
  it.each([
    ['softmax', 5, [softmax], 'probabilities', 'scores'],
    ['log-softmax', 5, [node('LogSoftmax', ['scores'], 'y', { axis: 1 })], 'y', 'scores'],
    ['logits', 5, [], 'scores', 'scores'],
    ['sigmoid', 5, [node('Sigmoid', ['scores'], 'y')], 'y', 'scores'],
    ['binary-sigmoid', 1, [node('Sigmoid', ['scores'], 'y')], 'y', 'scores'],
    ['softmax', 5, [softmax, node('Identity', ['probabilities'], 'y')], 'y', 'scores'],
  ] as const)('takes the logits before a %s of %i', (head, classes, nodes, output, logits) => {
    const classifier = classifierOf(network(IMAGE, classes, nodes, [output]));
    expect(classifier).toMatchObject({ head, logits, classes: Math.max(2, classes) });
  });

  it('says that sigmoid classes are independent', () => {
    const graph = network(IMAGE, 4, [node('Sigmoid', ['scores'], 'y')], ['y']);
    expect(classifierOf(graph).notes.join()).toMatch(/independent sigmoid/);
  });

  it('recognises channels-last inputs', () => {
    const graph: Graph = {
      ...network([null, 16, 12, 3], 4, [], ['scores']),
      nodes: [
        node('Transpose', ['image'], 'nchw', { perm: [0, 3, 1, 2] }),
        node('GlobalAveragePool', ['nchw'], 'pooled'),
        node('Flatten', ['pooled'], 'flat'),
        node('Gemm', ['flat', 'w'], 'scores'),
      ],
    };
    expect(classifierOf(graph).input).toMatchObject({ layout: 'NHWC', channels: 3, height: 16, width: 12 });
  });

  it('chooses a size where the file leaves it open, and says so', () => {
    const open = network([null, 3, null, null], 4, [], ['scores']);
    expect(classifierOf(open).input).toMatchObject({ height: 224, width: 224 });
    expect(classifierOf(open).notes.join()).toMatch(/224×224/);
    expect(classifierOf(open, { height: 64, width: 48 }).input).toMatchObject({ height: 64, width: 48 });
  });

  it('takes the only output with a score per class, and says so', () => {
    const classifier = classifierOf(network(IMAGE, 4, [softmax], ['image', 'probabilities']));
    expect(classifier).toMatchObject({ logits: 'scores', classes: 4 });
    expect(classifier.notes.join()).toMatch(/has 2 outputs; "probabilities" has a score per class/);
  });

  it.each([
    ['a regression', network(IMAGE, 1, [], ['scores']), /not a classifier/],
    ['two outputs with scores', network(IMAGE, 4, [softmax], ['scores', 'probabilities']), /one output/],
    ['a feature map', network(IMAGE, 4, [], ['image']), /one output/],
    ['a text model', network([null, 128], 4, [], ['scores']), /4 dimensions/],
    ['seven colour channels', network([null, 7, 16, 16], 4, [], ['scores']), /colour channels/],
  ])('refuses %s', (_, graph, message) => {
    expect(() => classifierOf(graph)).toThrow(UnsupportedModelError);
    expect(() => classifierOf(graph)).toThrow(message);
  });
});
