/** @file The optimisation step of trigger inversion as one graph, for several labels at once. */
import type { GraphBuilder } from '../../graph/builder';
import type { Value } from '../../graph/nodeBuilder';
import { newGraph } from '../../ops/newGraph';
import { appendClassifier, type Classifier } from '../../classify/classifier';
import { gradientName } from '../../graph/differentiate';
import { float32, floats, int64, type Tensor } from '../../graph/tensor';
import type { LossKind } from '../../report/scanReport';
import type { Runtime, Session } from '../../runtime/runtime';
import { applyPreprocessing, type Preprocessing } from '../../samples/preprocessing/preprocessing';

/** Keeps tanh's image inside (0, 1) so that arctanh stays finite (the authors' ε). */
export const EPSILON = 1e-7;

/** The authors' loss saturates at −ln ε: arguments swapped, one-hot clipped at 1e-7. */
const AUTHORS_SCALE = -Math.log(1e-7);

export interface TriggerStepShape {
  /** Labels optimised together, L. */
  readonly labels: number;
  /** Images per label and update, B. */
  readonly batch: number;
}

/** All arrays are row-major; C, H, W are the classifier's input. */
export interface TriggerStepInputs {
  /** `[L, B, C, H, W]` raw pixels 0–255. */
  readonly images: Float32Array;
  /** `[L, H, W]`, the mask in tanh space. */
  readonly maskVariable: Float32Array;
  /** `[L, C, H, W]`, the pattern in tanh space. */
  readonly patternVariable: Float32Array;
  /** `[L]` target labels. */
  readonly targets: readonly number[];
  /** `[L]` weights of the L1 norm. */
  readonly lambdas: Float32Array;
}

export interface TriggerStepOutputs {
  /** `[L]` Σ mask. */
  readonly l1: Float32Array;
  /** `[L]` mean cross-entropy to the target. */
  readonly crossEntropy: Float32Array;
  /** `[L]` images out of B that the stamped trigger turns into the target. */
  readonly successes: Float32Array;
  /** `[L, H, W]` and `[L, C, H, W]`. */
  readonly maskGradient: Float32Array;
  readonly patternGradient: Float32Array;
}

/** A compiled step: stamp, classify, loss, gradients to mask and pattern. */
export class TriggerStep {
  private constructor(
    private readonly session: Session,
    private readonly classifier: Classifier,
    readonly shape: TriggerStepShape,
  ) {}

  static async compile(
    runtime: Runtime,
    classifier: Classifier,
    preprocessing: Preprocessing,
    shape: TriggerStepShape,
    loss: LossKind,
  ): Promise<TriggerStep> {
    const graph = triggerStepGraph(classifier, preprocessing, shape, loss);
    const session = await runtime.compile(graph, { loss: 'loss', wrt: ['maskVariable', 'patternVariable'] });
    return new TriggerStep(session, classifier, shape);
  }

  async run(inputs: TriggerStepInputs): Promise<TriggerStepOutputs> {
    const { labels, batch } = this.shape;
    const { channels, height, width } = this.classifier.input;
    const outputs = await this.session.run(
      new Map([
        ['images', float32([labels, batch, channels, height, width], inputs.images)],
        ['maskVariable', float32([labels, 1, 1, height, width], inputs.maskVariable)],
        ['patternVariable', float32([labels, 1, channels, height, width], inputs.patternVariable)],
        ['targets', int64([labels, 1], inputs.targets)],
        ['lambdas', float32([labels], inputs.lambdas)],
      ]),
    );
    return {
      l1: output(outputs, 'l1'),
      crossEntropy: output(outputs, 'crossEntropy'),
      successes: output(outputs, 'successes'),
      maskGradient: output(outputs, gradientName('maskVariable')),
      patternGradient: output(outputs, gradientName('patternVariable')),
    };
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }
}

/**
 * Labels per step: enough that calls do not dominate small models, few enough that the first labels are done soon,
 * evenly spread over the steps.
 */
export function labelsPerStep({ input }: Classifier, jobs: number, batch: number): number {
  const values = batch * input.channels * input.height * input.width;
  const most = Math.max(1, Math.min(16, Math.floor(100_000 / values)));
  return Math.max(1, Math.ceil(jobs / Math.ceil(jobs / most)));
}

/** What a step is compiled from. */
export interface TriggerStepJob {
  readonly runtime: Runtime;
  readonly classifier: Classifier;
  readonly preprocessing: Preprocessing;
  readonly loss: LossKind;
}

/** A step for `jobs` inversions of `batch` images an update, as many at once as {@link labelsPerStep} says. */
export function compileFor(
  { runtime, classifier, preprocessing, loss }: TriggerStepJob,
  jobs: number,
  batch: number,
): Promise<TriggerStep> {
  const shape = { labels: labelsPerStep(classifier, Math.max(1, jobs), batch), batch };
  return TriggerStep.compile(runtime, classifier, preprocessing, shape, loss);
}

/** The forward graph; `loss` is Σ over labels of CE + λ·‖m‖₁, so each label's gradient is its own. */
export function triggerStepGraph(
  classifier: Classifier,
  preprocessing: Preprocessing,
  { labels, batch }: TriggerStepShape,
  loss: LossKind,
): ReturnType<GraphBuilder['build']> {
  const { channels, height, width } = classifier.input;
  const b = newGraph();
  const images = b.input('images', [labels, batch, channels, height, width]);
  const mask = unitInterval(b, b.input('maskVariable', [labels, 1, 1, height, width]));
  const unitPattern = unitInterval(b, b.input('patternVariable', [labels, 1, channels, height, width]));
  const pattern = b.op('Mul', [unitPattern, b.scalar(255)]);
  const targets = b.input('targets', [labels, 1], 'int64');
  const lambdas = b.input('lambdas', [labels]);

  const stamped = stamp(b, images, mask, pattern);
  const flat = b.op('Reshape', [stamped, b.ints([labels * batch, channels, height, width])]);
  const logits = appendClassifier(b, classifier, applyPreprocessing(b, flat, preprocessing));
  const scores = b.op('Reshape', [logits, b.ints([labels, batch, classifier.classes])]);

  const crossEntropy = targetLoss(b, scores, targets, loss);
  const l1 = b.op('Reshape', [b.op('ReduceSum', [mask, b.ints([1, 2, 3, 4])], { keepdims: 0 }), b.ints([labels])]);
  const weighted = b.op('Add', [crossEntropy, b.op('Mul', [lambdas, l1])]);
  return b.build({
    l1,
    crossEntropy,
    successes: countSuccesses(b, scores, targets),
    loss: b.op('ReduceSum', [weighted], { keepdims: 0 }),
  });
}

/** (1 − m)·x + m·Δ in raw pixel space, as x + m·(Δ − x), which needs one pass fewer. */
function stamp(b: GraphBuilder, images: Value, mask: Value, pattern: Value): Value {
  return b.op('Add', [images, b.op('Mul', [mask, b.op('Sub', [pattern, images])])]);
}

/** tanh(u)/(2 − ε) + ½, in (0, 1). */
function unitInterval(b: GraphBuilder, variable: Value): Value {
  const squashed = b.op('Mul', [b.op('Tanh', [variable]), b.scalar(1 / (2 - EPSILON))]);
  return b.op('Add', [squashed, b.scalar(0.5)]);
}

/** Per label, the mean over its batch: `[L, B, K]` → `[L]`. */
function targetLoss(b: GraphBuilder, scores: Value, targets: Value, loss: LossKind): Value {
  const [, , classes = 0] = scores.dims;
  const onehot = b.op('OneHot', [targets, b.ints([classes]), b.constant(float32([2], [0, 1]))], { axis: -1 });
  const perImage = (values: Value): Value =>
    b.op('ReduceSum', [b.op('Mul', [values, onehot]), b.ints([2])], { keepdims: 0 });
  const mean = (values: Value): Value => b.op('ReduceMean', [values, b.ints([1])], { keepdims: 0 });
  if (loss === 'authors') {
    const probability = mean(perImage(b.op('Softmax', [scores], { axis: 2 })));
    return b.op('Mul', [b.op('Sub', [b.scalar(1), probability]), b.scalar(AUTHORS_SCALE)]);
  }
  return b.op('Neg', [mean(perImage(b.op('LogSoftmax', [scores], { axis: 2 })))]);
}

function countSuccesses(b: GraphBuilder, scores: Value, targets: Value): Value {
  const predicted = b.op('ArgMax', [scores], { axis: 2, keepdims: 0 });
  const hits = b.op('Cast', [b.op('Equal', [predicted, targets])], { to: 1 });
  return b.op('ReduceSum', [hits, b.ints([1])], { keepdims: 0 });
}

function output(outputs: ReadonlyMap<string, Tensor>, name: string): Float32Array {
  const tensor = outputs.get(name);
  if (tensor === undefined) throw new RangeError(`The runtime returned no ${name}`);
  return floats(tensor);
}
