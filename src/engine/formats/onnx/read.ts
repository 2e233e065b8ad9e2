/** @file Reads an ONNX file into a graph. */
import { ModelFormatError, UnsupportedModelError } from '../../support/errors';
import type { Files } from '../../support/files';
import type { Attribute, Graph, GraphInput } from '../../graph/graph';
import type { Tensor } from '../../graph/tensor';
import type { Finding, ModelFile } from '../format';
import { isInFile, type Constant } from './flatten/flatNode';
import { contentsOf, type Contents } from './contents';
import { elementType, typeName } from './proto/elementType';
import { ExternalData } from './externalData';
import type { FlatNode } from './flatten/flatNode';
import { parseModel, type OnnxModel, type OnnxValueInfo } from './proto/messages';
import { layerOf } from './flatten/flatNode';
import { freeBatch } from './rebatch';
import { acceptPixels } from './pixels';
import { QUANTIZED } from '../quantization';
import { checkSupported } from './unsupported';
import { isRewritten, NEWEST_OPSET, OLDEST_OPSET, upgrade, type VersionedBranch, type VersionedNode } from './upgrade';
import { loadTensor } from './weights';
import { writeOnnx } from './write';

export async function readOnnx(files: Files, path: string): Promise<ModelFile> {
  const bytes = await files.read(path);
  const model = parseModel(bytes);
  const findings: Finding[] = [];
  checkVersions(model);
  const contents = contentsOf(model);
  const uses = contents.nodes.filter((node) => node.branches === undefined);
  checkSupported(
    uses.map((node) => ({ op: node.op, domain: node.domain, layer: nameOf(node) })),
    isRewritten,
  );

  const external = new ExternalData(files, path);
  const load = async (constants: ReadonlyMap<string, Constant>): Promise<Map<string, Tensor>> => {
    const loaded = new Map<string, Tensor>();
    for (const [name, constant] of constants) {
      loaded.set(name, isInFile(constant) ? await loadTensor({ ...constant, name }, bytes, external) : constant);
    }
    return loaded;
  };
  const constants = await load(contents.constants);
  const nodes = await Promise.all(contents.nodes.map((node) => toNode(node, load)));
  const inputs = contents.inputs.map(graphInput);
  const upgraded = upgrade(nodes, inputs, constants, new Set(contents.names), findings);
  checkSupported(
    upgraded.nodes.map((node) => ({ op: node.op, domain: '', layer: node.name })),
    () => false,
  );

  const graph: Graph = {
    inputs,
    outputs: contents.outputs,
    nodes: upgraded.nodes,
    initializers: upgraded.constants,
  };
  const quantized = contents.nodes.some(({ op }) => op === 'QuantizeLinear' || op === 'DequantizeLinear');
  if (quantized) findings.push(QUANTIZED);
  const writable = quantized ? { ...contents, weights: new Map<string, never>() } : contents;
  const free = freeBatch(acceptPixels(graph, findings), findings);
  return modelFile(files, path, free, findings, writable, external.paths);
}

/** Stands alone so that the file's bytes, which are as large as the weights, do not stay in memory with it. */
function modelFile(
  files: Files,
  path: string,
  graph: Graph,
  findings: readonly Finding[],
  { weights, metadata }: Contents,
  external: ReadonlyMap<string, string>,
): ModelFile {
  return {
    format: 'onnx',
    path,
    graph,
    findings,
    metadata,
    parts: [path, ...external.values()],
    weights: new Set(weights.keys()),
    write: (changed, baseName) => writeOnnx(files, path, external, changed, baseName),
  };
}

function checkVersions(model: OnnxModel): void {
  const opset = model.opsets.get('') ?? 0;
  if (opset < 1) throw new ModelFormatError('the ONNX file does not say which opset it follows');
  if (opset >= OLDEST_OPSET && opset <= NEWEST_OPSET) return;
  throw new UnsupportedModelError(opset < OLDEST_OPSET ? 'the ONNX file is too old' : 'the ONNX file is too new', {
    expected: `opset ${String(OLDEST_OPSET)} to ${String(NEWEST_OPSET)}`,
    got: `opset ${String(opset)}`,
    hint: 'Export the model again with another opset, or convert it with onnx.version_converter.',
  });
}

function graphInput({ name, type }: OnnxValueInfo): GraphInput {
  const place = `input "${name}"`;
  if (type === undefined) throw new UnsupportedModelError('an input of the model is not a tensor', { place });
  if (type.dims === undefined) {
    throw new UnsupportedModelError('an input of the model has no shape', {
      place,
      hint: 'Export the model again; exporters write it.',
    });
  }
  const element = elementType(type.dataType);
  if (element !== undefined) return { name, dtype: element.dtype, dims: type.dims };
  throw new UnsupportedModelError(`inputs of type ${typeName(type.dataType)} are not supported`, { place });
}

function nameOf(node: FlatNode): string {
  return node.name === '' ? (node.outputs.find((name) => name !== '') ?? node.op) : node.name;
}

async function toNode(
  node: FlatNode,
  load: (constants: ReadonlyMap<string, Constant>) => Promise<ReadonlyMap<string, Tensor>>,
): Promise<VersionedNode> {
  const attributes: [string, Attribute][] = [];
  for (const attribute of node.attributes) {
    if (attribute.kind !== 'plain' && attribute.kind !== 'floats') {
      throw new UnsupportedModelError(`attribute "${attribute.name}" of this kind is not supported`, {
        place: layerOf(node),
      });
    }
    attributes.push([attribute.name, attribute.value]);
  }
  const branches: VersionedBranch[] = [];
  for (const branch of node.branches ?? []) {
    branches.push({
      nodes: await Promise.all(branch.nodes.map((inner) => toNode(inner, load))),
      constants: await load(branch.constants),
      outputs: branch.outputs,
    });
  }
  return {
    op: node.domain === '' ? node.op : `${node.domain}.${node.op}`,
    name: nameOf(node),
    inputs: node.inputs,
    outputs: node.outputs,
    opset: node.opset,
    attributes: Object.fromEntries(attributes),
    ...(node.branches === undefined ? {} : { branches }),
  };
}
