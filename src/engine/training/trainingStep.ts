/** @file Forward, loss and all weight gradients of a classifier as one graph. Used to make test models and to unlearn. */
import type { GraphBuilder } from '../graph/builder';
import type { Value } from '../graph/nodeBuilder';
import { newGraph } from '../ops/newGraph';
import { appendClassifier, type Classifier } from '../classify/classifier';
import { gradientName } from '../graph/differentiate';
import { initializerNamed } from '../graph/initializer';
import { float32, floats, int64, type Tensor, type TensorType } from '../graph/tensor';
import type { Runtime, Session } from '../runtime/runtime';
import { applyPreprocessing, type Preprocessing } from '../samples/preprocessing/preprocessing';

export interface TrainingStepOutputs {
  /** Mean cross-entropy of the batch. */
  readonly loss: number;
  /** Images out of the batch that were classified as labelled. */
  readonly correct: number;
  /** ∂loss/∂weight, same names and layout as the weights. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** ∂loss/∂images `[B, C, H, W]`, per raw pixel; empty unless asked for. */
  readonly imageGradient: Float32Array;
}

export interface TrainingStepOptions {
  /** Dropout nodes multiply by a mask that is fed under the node's name; without, they do nothing, as in evaluation. */
  readonly dropout?: boolean;
  readonly imageGradient?: boolean;
}

/** Compiled for one batch size; weights are fed at every step, so that they may move. */
export class TrainingStep {
  private constructor(
    private readonly session: Session,
    private readonly classifier: Classifier,
    private readonly batch: number,
    /** By initializer name. */
    readonly weightTypes: ReadonlyMap<string, TensorType>,
    /** Of the drop-out masks, by node name. */
    readonly maskTypes: ReadonlyMap<string, TensorType>,
  ) {}

  /** `trained` names initializers of the classifier's graph. */
  static async compile(
    runtime: Runtime,
    classifier: Classifier,
    preprocessing: Preprocessing,
    trained: readonly string[],
    batch: number,
    { dropout = false, imageGradient = false }: TrainingStepOptions = {},
  ): Promise<TrainingStep> {
    const { channels, height, width } = classifier.input;
    const b = newGraph();
    const images = b.input(IMAGES, [batch, channels, height, width]);
    const labels = b.input('labels', [batch], 'int64');
    const inputs = (
      types: ReadonlyMap<string, TensorType>,
      inputName: (name: string) => string,
    ): ReadonlyMap<string, Value> =>
      new Map(Array.from(types, ([name, { dims }]) => [name, b.input(inputName(name), dims)]));
    const weights = inputs(weightTypes(classifier, trained), weightInput);
    const masks = inputs(dropout ? dropoutTypes(classifier, batch) : new Map<string, TensorType>(), maskInput);
    const fed = new Map([...weights, ...Array.from(masks, ([name, mask]) => [maskInput(name), mask] as const)]);
    const source = dropout ? withDropoutMasks(classifier) : classifier;
    const logits = appendClassifier(b, source, applyPreprocessing(b, images, preprocessing), fed);
    const graph = b.build({ loss: crossEntropy(b, logits, labels), correct: countCorrect(b, logits, labels) });
    const session = await runtime.compile(graph, {
      loss: 'loss',
      wrt: [...trained.map(weightInput), ...(imageGradient ? [IMAGES] : [])],
    });
    return new TrainingStep(session, classifier, batch, weights, masks);
  }

  /** `images` `[B, C, H, W]` raw pixels, `labels` `[B]`. */
  async run(
    images: Float32Array,
    labels: ArrayLike<number>,
    weights: ReadonlyMap<string, Float32Array>,
    masks: ReadonlyMap<string, Float32Array> = new Map(),
  ): Promise<TrainingStepOutputs> {
    const { channels, height, width } = this.classifier.input;
    const feeds = new Map<string, Tensor>([
      [IMAGES, float32([this.batch, channels, height, width], images)],
      ['labels', int64([this.batch], Array.from(labels))],
    ]);
    for (const [name, type] of this.weightTypes)
      feeds.set(weightInput(name), float32(type.dims, present(weights, name)));
    for (const [name, type] of this.maskTypes) feeds.set(maskInput(name), float32(type.dims, present(masks, name)));
    const outputs = await this.session.run(feeds);
    const gradients = [...this.weightTypes.keys()].map(
      (name) => [name, floats(present(outputs, gradientName(weightInput(name))))] as const,
    );
    const imageGradient = outputs.get(gradientName(IMAGES));
    return {
      loss: floats(present(outputs, 'loss'))[0] ?? NaN,
      correct: floats(present(outputs, 'correct'))[0] ?? NaN,
      gradients: new Map(gradients),
      imageGradient: imageGradient === undefined ? new Float32Array() : floats(imageGradient),
    };
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }
}

const IMAGES = 'images';

function weightInput(name: string): string {
  return `weight:${name}`;
}

function maskInput(name: string): string {
  return `mask:${name}`;
}

function weightTypes({ graph }: Classifier, trained: readonly string[]): Map<string, TensorType> {
  return new Map(trained.map((name) => [name, initializerNamed(graph.initializers, name)]));
}

/** Dropout(x) → Mul(x, mask). */
function withDropoutMasks(classifier: Classifier): Classifier {
  const nodes = classifier.graph.nodes.map((node) =>
    node.op === 'Dropout'
      ? {
          ...node,
          op: 'Mul',
          attributes: {},
          inputs: [node.inputs[0] ?? '', maskInput(node.name)],
          outputs: node.outputs.slice(0, 1),
        }
      : node,
  );
  return { ...classifier, graph: { ...classifier.graph, nodes } };
}

/** What each Dropout node gives, by its name. */
function dropoutTypes({ graph, input }: Classifier, batch: number): Map<string, TensorType> {
  const { layout, channels, height, width } = input;
  const b = newGraph();
  const images = b.input(
    'images',
    layout === 'NCHW' ? [batch, channels, height, width] : [batch, height, width, channels],
  );
  const values = b.inline(graph, new Map([[input.name, images]]));
  return new Map(
    graph.nodes.flatMap((node) => {
      const value = values.get(node.outputs[0] ?? '');
      return node.op === 'Dropout' && value !== undefined ? [[node.name, value] as const] : [];
    }),
  );
}

function crossEntropy(b: GraphBuilder, logits: Value, labels: Value): Value {
  const logProbabilities = b.op('LogSoftmax', [logits], { axis: 1 });
  const chosen = b.op('Mul', [logProbabilities, oneHot(b, logits, labels)]);
  const total = b.op('ReduceSum', [chosen], { keepdims: 0 });
  return b.op('Mul', [total, b.scalar(-1 / (logits.dims[0] ?? 1))]);
}

function countCorrect(b: GraphBuilder, logits: Value, labels: Value): Value {
  const predicted = b.op('ArgMax', [logits], { axis: 1, keepdims: 0 });
  return b.op('ReduceSum', [b.op('Cast', [b.op('Equal', [predicted, labels])], { to: 1 })], { keepdims: 0 });
}

function oneHot(b: GraphBuilder, logits: Value, labels: Value): Value {
  return b.op('OneHot', [labels, b.ints([logits.dims[1] ?? 0]), b.constant(float32([2], [0, 1]))], { axis: -1 });
}

function present<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new RangeError(`${name} is missing`);
  return value;
}
