/** @file Looks at a model file without samples: what it is, its layers, and what speaks against a scan. */
import { describe, UnsupportedModelError } from '../support/errors';
import type { Files } from '../support/files';
import { FORMATS, readModel } from '../formats';
import type { ModelFile } from '../formats/format';
import { appendClassifier, classifierOf, type Classifier } from '../classify/classifier';
import { differentiate } from '../graph/differentiate';
import { newGraph } from '../ops/newGraph';
import type { Dim, Graph } from '../graph/graph';
import { sizeOf } from '../graph/tensor';
import { hashModel, type Sha256 } from '../formats/modelHash';
import { readHints } from '../hints/modelHints';
import type { LayerSummary, ModelInspection } from './modelInspection';
import type { ReportFinding } from '../report/scanReport';

export interface InspectRequest {
  readonly files: Files;
  /** Path of the model file, or of a folder that holds one. */
  readonly model: string;
  readonly architecture?: string;
  /** For a model that fixes no image size. */
  readonly size?: readonly [height: number, width: number];
  readonly sha256: Sha256;
}

/** Stands for the batch in shapes; hardly ever the size of anything else. */
const BATCH = 61;

/** Throws the typed errors of {@link readModel}. A model that is read but cannot be scanned gets a warning instead. */
export async function inspectModel({
  files,
  model: path,
  architecture,
  size,
  sha256,
}: InspectRequest): Promise<ModelInspection> {
  const model = await readModel(files, path, architecture === undefined ? {} : { architecture });
  const { classifier, findings } = examine(model.graph, size);
  const counts = parametersPerLayer(model);
  const hints = classifier && (await readHints(files, model, { ...classifier.input, classes: classifier.classes }));
  const notes = (hints?.notes ?? []).map((message): ReportFinding => ({ severity: 'note', message }));
  return {
    file: files.baseName(model.path),
    format: FORMATS.find(({ id }) => id === model.format)?.label ?? model.format,
    bytes: await bytesOf(files, model),
    sha256: await hashModel(files, model, sha256),
    ...(classifier === undefined ? {} : summary(classifier)),
    ...(hints?.classNames && { classNames: hints.classNames }),
    parameters: counts.reduce((total, count) => total + count, 0),
    layers: layersOf(model.graph, counts, classifier),
    findings: [...model.findings, ...findings, ...notes],
  };
}

function summary({ input, classes, head }: Classifier): Pick<ModelInspection, 'input' | 'classes' | 'head'> {
  const { channels, height, width } = input;
  return { input: { channels, height, width }, classes, head };
}

/** The classifier, unless there is none, and why the model cannot be scanned, if so. */
function examine(
  graph: Graph,
  size: InspectRequest['size'],
): { classifier?: Classifier; findings: readonly ReportFinding[] } {
  let classifier: Classifier | undefined;
  try {
    classifier = classifierOf(graph, size && { height: size[0], width: size[1] });
    tryDifferentiating(classifier);
    return { classifier, findings: classifier.notes.map((message): ReportFinding => ({ severity: 'note', message })) };
  } catch (error) {
    if (!(error instanceof UnsupportedModelError)) throw error;
    const { place, expected, got, hint } = error.details;
    const message = describe(`This model cannot be scanned: ${error.summary}`, {
      ...(expected !== undefined && { expected }),
      ...(got !== undefined && { got }),
      ...(hint !== undefined && { hint }),
    });
    const finding: ReportFinding = { severity: 'warning', message, ...(place !== undefined && { place }) };
    return { ...(classifier !== undefined && { classifier }), findings: [finding] };
  }
}

/** Throws {@link UnsupportedModelError} where a layer between image and logits has no gradient. */
function tryDifferentiating(classifier: Classifier): void {
  const { channels, height, width } = classifier.input;
  const b = newGraph();
  const images = b.input('images', [1, channels, height, width]);
  const logits = appendClassifier(b, classifier, images);
  differentiate(b, b.op('ReduceSum', [logits], { keepdims: 0 }), [images]);
}

/** Numbers in each node's weights; a weight that several nodes share counts at the first. */
function parametersPerLayer({ graph, weights }: ModelFile): number[] {
  const counted = new Set<string>();
  return graph.nodes.map((node) => {
    let count = 0;
    for (const name of node.inputs) {
      const tensor = graph.initializers.get(name);
      if (tensor?.dtype !== 'float32' || !weights.has(name) || counted.has(name)) continue;
      counted.add(name);
      count += sizeOf(tensor.dims);
    }
    return count;
  });
}

function layersOf(graph: Graph, counts: readonly number[], classifier: Classifier | undefined): LayerSummary[] {
  const shapes = shapesOf(graph, classifier);
  return graph.nodes.flatMap((node, i) => {
    const shape = shapes?.get(node.outputs[0] ?? '');
    const layer = { name: node.name, operator: node.op, parameters: counts[i] ?? 0 };
    if (shape === undefined) return [layer];
    // What does not depend on the image is arithmetic on shapes, not a layer.
    return shape === 'constant' ? [] : [{ ...layer, shape }];
  });
}

/** By the name of the value; `undefined` where shapes cannot be inferred. */
function shapesOf(graph: Graph, classifier: Classifier | undefined): Map<string, Dim[] | 'constant'> | undefined {
  const b = newGraph();
  try {
    const feeds = graph.inputs.map((input) => {
      const dims = classifier === undefined ? fixedDims(input.dims) : imageDims(classifier.input);
      return [input.name, b.input(input.name, dims, input.dtype)] as const;
    });
    const values = b.inline(graph, new Map(feeds));
    return new Map(
      [...values].map(([name, value]) => [
        name,
        b.constantOf(value) === undefined
          ? value.dims.map((dim, axis) => (axis === 0 && dim === BATCH ? null : dim))
          : 'constant',
      ]),
    );
  } catch (error) {
    if (error instanceof UnsupportedModelError) return undefined;
    throw error;
  }
}

function imageDims({ layout, channels, height, width }: Classifier['input']): number[] {
  return layout === 'NCHW' ? [BATCH, channels, height, width] : [BATCH, height, width, channels];
}

function fixedDims(dims: readonly Dim[]): number[] {
  return dims.map((dim, axis) => {
    if (dim === null && axis > 0) throw new UnsupportedModelError('the shape of an input is not fixed');
    return dim ?? BATCH;
  });
}

async function bytesOf(files: Files, { parts }: ModelFile): Promise<number> {
  const infos = await Promise.all(parts.map((part) => files.info(part)));
  return infos.reduce((total, info) => total + (info?.size ?? 0), 0);
}
