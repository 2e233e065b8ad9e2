/** @file Reads a graph as an image classifier: which input is the image, which value holds the logits. */
import { UnsupportedModelError } from '../support/errors';
import type { GraphBuilder } from '../graph/builder';
import type { Value } from '../graph/nodeBuilder';
import { newGraph } from '../ops/newGraph';
import type { Dim, Graph, GraphInput, Node } from '../graph/graph';
import { showDims, sizeOf } from '../graph/tensor';

/** How the model turns logits into its answer. */
export type Head = 'softmax' | 'log-softmax' | 'logits' | 'sigmoid' | 'binary-sigmoid';

export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

export interface Classifier {
  readonly graph: Graph;
  readonly input: { readonly name: string; readonly layout: 'NCHW' | 'NHWC'; readonly channels: number } & ImageSize;
  /** Value of the graph that holds `[N, K]` logits (or `[N, 1]` for a binary sigmoid). */
  readonly logits: string;
  readonly head: Head;
  readonly classes: number;
  /** What was decided for the user, in plain sentences. */
  readonly notes: readonly string[];
}

/** What most networks for photographs were trained with. */
const IMAGENET_SIDE = 224;

/**
 * Finds input and logits. `size` is used where the file leaves height and width open.
 * Throws {@link UnsupportedModelError} where the model is no image classifier, saying what it is.
 */
export function classifierOf(graph: Graph, size?: ImageSize): Classifier {
  const input = imageInput(graph);
  const layout = layoutOf(input);
  const [, ...rest] = input.dims;
  const [channels, height, width] = layout === 'NCHW' ? rest : [rest[2], rest[0], rest[1]];
  const notes: string[] = [];
  const fixedSize = chooseSize(height ?? null, width ?? null, size, input.usualSide ?? IMAGENET_SIDE, notes);
  const resolved = { name: input.name, layout, channels: channels ?? 3, ...fixedSize };
  if (typeof channels !== 'number') notes.push('The file does not fix the number of colour channels; 3 is used.');

  const output = singleOutput(graph, resolved);
  if (graph.outputs.length > 1) {
    notes.push(`The model has ${graph.outputs.length} outputs; "${output.name}" has a score per class and is scanned.`);
  }
  const { logits, head } = stripHead(graph, output.name, output.width);
  if (output.width === 1 && head !== 'binary-sigmoid') {
    throw new UnsupportedModelError('the model is not a classifier', {
      place: `output "${output.name}"`,
      expected: 'one score per class',
      got: 'a single unbounded number, as of a regression',
    });
  }
  if (head === 'sigmoid') {
    notes.push(
      'The classes have independent sigmoid outputs; the scan asks which one is largest, so triggers that merely switch on an additional class may be missed.',
    );
  }
  return { graph, input: resolved, logits, head, classes: Math.max(2, output.width), notes };
}

/**
 * Appends the classifier to `b`. `images` is `[N, C, H, W]` in the range the model expects (after preprocessing).
 * `replaced` values stand in for initializers (weights in training). Returns logits `[N, K]`, K ≥ 2; a binary sigmoid with logit z becomes `[0, z]`, which has the same cross-entropy.
 */
export function appendClassifier(
  b: GraphBuilder,
  classifier: Classifier,
  images: Value,
  replaced: ReadonlyMap<string, Value> = new Map(),
): Value {
  return appendWithValues(b, classifier, images, replaced).logits;
}

/** As {@link appendClassifier}; `values` has the copy of every value of the classifier's graph by its name there. */
export function appendWithValues(
  b: GraphBuilder,
  classifier: Classifier,
  images: Value,
  replaced: ReadonlyMap<string, Value> = new Map(),
): { readonly logits: Value; readonly values: ReadonlyMap<string, Value> } {
  const { graph, input, logits } = classifier;
  const fed = input.layout === 'NCHW' ? images : b.op('Transpose', [images], { perm: [0, 2, 3, 1] });
  const values = b.inline(graph, new Map([...replaced, [input.name, fed]]));
  const value = values.get(logits);
  if (value === undefined) throw new RangeError(`Value ${logits} vanished`);
  const batch = images.dims[0] ?? 1;
  const flat = value.dims.length === 2 ? value : b.op('Reshape', [value, b.ints([batch, sizeOf(value.dims) / batch])]);
  const binary = classifier.head === 'binary-sigmoid';
  return { logits: binary ? b.op('Concat', [b.filled([batch, 1], 0), flat], { axis: 1 }) : flat, values };
}

function imageInput(graph: Graph): GraphInput {
  const [input, ...others] = graph.inputs;
  if (input === undefined || others.length > 0) {
    throw new UnsupportedModelError('the model is not an image classifier', {
      expected: 'one input',
      got: `${graph.inputs.length} inputs (${graph.inputs.map((item) => item.name).join(', ')})`,
    });
  }
  if (input.dims.length !== 4 || input.dtype !== 'float32') {
    throw new UnsupportedModelError('the model is not an image classifier', {
      place: `input "${input.name}"`,
      expected: 'a batch of float images with 4 dimensions',
      got: `${input.dtype} ${showDims(input.dims)}`,
    });
  }
  return input;
}

/** NHWC where the last dimension can only be colour and the second cannot. */
function layoutOf(input: GraphInput): 'NCHW' | 'NHWC' {
  const isColour = (dim: Dim | undefined): boolean => dim === 1 || dim === 3 || dim === 4;
  const [, second, , last] = input.dims;
  if (isColour(last) && !isColour(second)) return 'NHWC';
  if (isColour(second) || second === null) return 'NCHW';
  throw new UnsupportedModelError('the model does not take grey, RGB or RGBA images', {
    place: `input "${input.name}"`,
    expected: '1, 3 or 4 colour channels',
    got: showDims(input.dims),
  });
}

function chooseSize(height: Dim, width: Dim, size: ImageSize | undefined, usual: number, notes: string[]): ImageSize {
  if (height !== null && width !== null) return { height, width };
  const chosen = { height: height ?? size?.height ?? usual, width: width ?? size?.width ?? usual };
  notes.push(
    size === undefined
      ? `The file does not fix the image size; ${chosen.width}×${chosen.height} is used (the usual default; --size changes it).`
      : `The file does not fix the image size; ${chosen.width}×${chosen.height} is used.`,
  );
  return chosen;
}

function singleOutput(graph: Graph, input: Classifier['input']): { name: string; width: number } {
  const b = newGraph();
  const { channels, height, width } = input;
  const dims = input.layout === 'NCHW' ? [2, channels, height, width] : [2, height, width, channels];
  const values = b.inline(graph, new Map([[input.name, b.input(input.name, dims)]]));
  const candidates = graph.outputs.flatMap((name) => {
    const found = values.get(name)?.dims ?? [];
    const scores = found[0] === 2 && found.length >= 2 && found.slice(2).every((dim) => dim === 1);
    return scores ? [{ name, width: found[1] ?? 0 }] : [];
  });
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return only;
  const shapes = graph.outputs.map((name) => `"${name}" ${showDims(values.get(name)?.dims ?? [])}`).join(', ');
  throw new UnsupportedModelError('the model is not an image classifier', {
    expected: 'one output with a score per class, [N, classes]',
    got: shapes,
  });
}

/** Walks back from the output over the final activation; NC needs logits, and a soft-max saturates. */
function stripHead(graph: Graph, output: string, width: number): { logits: string; head: Head } {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  let name = output;
  for (let node = producers.get(name); node !== undefined; node = producers.get(name)) {
    const below = node.inputs[0] ?? '';
    const head = headOf(node, width);
    if (head !== undefined) return { logits: below, head };
    if (!['Identity', 'Flatten', 'Squeeze', 'Reshape', 'Dropout', 'Cast'].includes(node.op)) break;
    name = below;
  }
  return { logits: output, head: 'logits' };
}

function headOf(node: Node, width: number): Head | undefined {
  switch (node.op) {
    case 'Softmax':
      return width === 1 ? undefined : 'softmax';
    case 'LogSoftmax':
      return 'log-softmax';
    case 'Sigmoid':
      return width === 1 ? 'binary-sigmoid' : 'sigmoid';
    default:
      return undefined;
  }
}
