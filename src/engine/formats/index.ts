/** @file Reads a model file of any format; the format is decided by content. */
import { ModelFormatError, UsageError } from '../support/errors';
import type { Files } from '../support/files';
import { extensionFinding } from './extension';
import { withFileName } from './fileName';
import { modelInFolder } from './folder';
import type { Finding, ModelFile, ModelFormat, ReadOptions } from './format';
import { frozenGraph } from './frozen-graph';
import { kerasH5 } from './keras-h5';
import { kerasV3 } from './keras-v3';
import { onnx } from './onnx';
import { pytorch } from './pytorch';
import { foreignFile } from './recognise';
import { safetensors } from './safetensors';
import { savedModel } from './saved-model';
import { tfjsLayers } from './tfjs';
import { tfjsGraph } from './tfjs-graph';
import { tflite } from './tflite';

/** All formats; no file passes for two of them. */
export const FORMATS: readonly ModelFormat[] = [
  kerasH5,
  kerasV3,
  onnx,
  pytorch,
  safetensors,
  savedModel,
  frozenGraph,
  tfjsGraph,
  tfjsLayers,
  tflite,
];

/** Bytes that are looked at to decide on a format. */
const HEAD_BYTES = 4096;

/**
 * The model at `path`, a file or a folder that holds one. Throws a {@link UsageError} where there is none, a
 * {@link ModelFormatError} for damaged files and {@link UnsupportedModelError} for files of other kinds, always with the name of the file.
 */
export async function readModel(files: Files, path: string, options: ReadOptions = {}): Promise<ModelFile> {
  return withFileName(files, path, async () => {
    const file = await locate(files, path);
    const head = await readHead(files, file);
    const format = await formatOf(files, file, head);
    if (format === undefined) throw foreignFile(head);
    const model = await format.read(files, file, options);
    const finding = extensionFinding(files.baseName(file), format);
    return publish(files, file, model, finding === undefined ? model.findings : [finding, ...model.findings]);
  });
}

/** The format of a file; `undefined` if it is none of ours. */
export async function detectFormat(files: Files, path: string): Promise<ModelFormat | undefined> {
  return formatOf(files, path, await readHead(files, path));
}

async function formatOf(files: Files, path: string, head: Uint8Array): Promise<ModelFormat | undefined> {
  for (const format of FORMATS) if (await format.detect(files, path, head)) return format;
  return undefined;
}

async function locate(files: Files, path: string): Promise<string> {
  const info = await files.info(path);
  if (info === undefined) throw new UsageError('there is no such file or folder');
  return info.kind === 'file' ? path : modelInFolder(files, path, (candidate) => detectFormat(files, candidate));
}

async function readHead(files: Files, path: string): Promise<Uint8Array> {
  const head = await files.read(path, 0, HEAD_BYTES).catch((cause: unknown) => {
    throw new UsageError('the file cannot be opened', {}, { cause });
  });
  if (head.length === 0) throw new ModelFormatError('the file is empty');
  return head;
}

function publish(files: Files, path: string, model: ModelFile, findings: readonly Finding[]): ModelFile {
  return {
    format: model.format,
    path: model.path,
    graph: model.graph,
    findings,
    ...(model.metadata && { metadata: model.metadata }),
    parts: model.parts,
    ...(model.architecture !== undefined && { architecture: model.architecture }),
    weights: model.weights,
    write: (weights, baseName) => withFileName(files, path, () => model.write(weights, baseName)),
  };
}
