/**
 * @file Brings a classifier's logits to a usual scale. A factor on the last layer changes no prediction, but it changes what a
 * cross-entropy weighs against the size of a trigger, and how far a training step goes; so no verdict may depend on it.
 */
import type { CancelSignal } from '../support/cancellation';
import { float32, floats } from '../graph/tensor';
import type { Graph, Node } from '../graph/graph';
import type { CleanImages } from '../samples/samples';
import type { Classifier } from './classifier';
import type { Evaluator } from './evaluator';
import { lastLayer } from './lastLayer';
import { asTensors, withWeights } from './withWeights';

/** Median distance from the largest logit to the second: about what networks have that were trained on small images. */
export const USUAL_MARGIN = 10;

/** Images on which the distance is measured, at most. */
const IMAGES = 256;

/** Of a probability that is written down as 0, so that its logarithm stays finite. */
const LEAST_PROBABILITY = 1e-30;

/**
 * The same predictions as `evaluator` has of `classifier`, with a median margin of {@link USUAL_MARGIN} on the first images. Outputs that are probabilities, from a soft-max that is
 * no operator of its own, count by their logarithm. Unchanged where all outputs are equal or not finite.
 */
export async function withUsualLogits(
  classifier: Classifier,
  evaluator: Evaluator,
  { images, count }: Pick<CleanImages, 'images' | 'count'>,
  signal?: CancelSignal,
): Promise<Classifier> {
  const first = Math.min(count, IMAGES);
  const subset = { images: images.subarray(0, (first * images.length) / count), count: first };
  const scores = await evaluator.logits(subset, undefined, signal);
  const { classes } = classifier;
  const areProbabilities = classifier.head === 'logits' && rows(scores, classes).every(isDistribution);
  const logits = areProbabilities ? scores.map((p) => Math.log(p + LEAST_PROBABILITY)) : scores;
  const factor = USUAL_MARGIN / medianMargin(logits, classes);
  const unscaled = areProbabilities ? logarithm(classifier) : classifier;
  return Number.isFinite(factor) ? scaleLogits(unscaled, factor) : unscaled;
}

/** Logits times `factor` > 0: in the weights of the last layer, where there is one, else behind it. */
export function scaleLogits(classifier: Classifier, factor: number): Classifier {
  const { initializers } = classifier.graph;
  const layer = lastLayer(classifier);
  if (layer === undefined) return append(classifier, 'Mul', 'scaled', factor);
  const scaled = [...initializers]
    .filter(([name]) => layer.includes(name))
    .map(([name, tensor]) => [name, floats(tensor).map((weight) => weight * factor)] as const);
  return withWeights(classifier, asTensors(classifier, new Map(scaled)));
}

function logarithm(classifier: Classifier): Classifier {
  return append(append(classifier, 'Add', 'positive', LEAST_PROBABILITY), 'Log', 'logarithm');
}

function append(classifier: Classifier, op: string, name: string, constant?: number): Classifier {
  const { graph, logits } = classifier;
  const output = `${logits}/${name}`;
  const other = `${output}/constant`;
  const node: Node = {
    op,
    name: output,
    inputs: [logits, ...(constant === undefined ? [] : [other])],
    outputs: [output],
    attributes: {},
  };
  const extended: Graph = {
    ...graph,
    outputs: [output],
    nodes: [...graph.nodes, node],
    initializers:
      constant === undefined ? graph.initializers : new Map([...graph.initializers, [other, float32([], [constant])]]),
  };
  return { ...classifier, graph: extended, logits: output };
}

function rows(values: Float32Array, width: number): Float32Array[] {
  return Array.from({ length: values.length / width }, (_, i) => values.subarray(i * width, (i + 1) * width));
}

function isDistribution(row: Float32Array): boolean {
  const sum = row.reduce((total, p) => total + p, 0);
  return row.every((p) => p >= 0) && Math.abs(sum - 1) < 1e-3;
}

function medianMargin(logits: Float32Array, classes: number): number {
  const margins = rows(logits, classes)
    .map((row) => {
      const [first = NaN, second = NaN] = row.toSorted((a, b) => b - a);
      return first - second;
    })
    .sort((a, b) => a - b);
  return margins[margins.length >> 1] ?? NaN;
}
