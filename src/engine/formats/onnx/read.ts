/** @file Reads an ONNX file into a graph. */
import { ModelFormatError, UnsupportedModelError } from '../../errors';
import type { Files } from '../../files';
import type { Attribute, Graph, GraphInput } from '../../graph/graph';
import type { Tensor } from '../../graph/tensor';
import type { Finding, ModelFile } from '../format';
import { isInFile } from './constants';
import { contentsOf, type Contents } from './contents';
import { elementType, typeName } from './elementType';
import { ExternalData } from './externalData';
import type { FlatNode } from './functions';
import { parseModel, type OnnxModel, type OnnxValueInfo } from './messages';
import { layerOf } from './order';
import { freeBatch } from './rebatch';
import { acceptPixels } from './pixels';
import { checkSupported } from './unsupported';
import { isRewritten, NEWEST_OPSET, OLDEST_OPSET, upgrade, type VersionedNode } from './upgrade';
import { loadTensor } from './weights';
import { writeOnnx } from './write';

export async function readOnnx(files: Files, path: string): Promise<ModelFile> {
  const bytes = await files.read(path);
  const model = parseModel(bytes);
  const findings: Finding[] = [];
  checkVersions(model, findings);
  const contents = contentsOf(model);
  checkSupported(
    contents.nodes.map((node) => ({ op: node.op, domain: node.domain, layer: nameOf(node) })),
    isRewritten,
  );

  const external = new ExternalData(files, path);
  const constants = new Map<string, Tensor>();
  for (const [name, constant] of contents.constants) {
    constants.set(name, isInFile(constant) ? await loadTensor({ ...constant, name }, bytes, external) : constant);
  }
  const inputs = contents.inputs.map(graphInput);
  const upgraded = upgrade(contents.nodes.map(toNode), inputs, constants, new Set(contents.names), findings);
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
  const weights = new Set(contents.weights.keys());
  return {
    format: 'onnx',
    path,
    graph: freeBatch(acceptPixels(graph, findings), findings),
    findings,
    parts: [path, ...new Set(external.paths.values())],
    weights,
    write: (changed, baseName) => writeOnnx(files, path, external.paths, changed, baseName),
  };
}

function checkVersions(model: OnnxModel, findings: Finding[]): void {
  const opset = model.opsets.get('');
  if (opset === undefined) throw new ModelFormatError('the ONNX file does not say which opset it follows');
  if (opset < OLDEST_OPSET) {
    throw new UnsupportedModelError('the ONNX file is too old', {
      expected: `opset ${String(OLDEST_OPSET)} or newer`,
      got: `opset ${String(opset)}`,
      hint: 'Export the model again, or convert it with onnx.version_converter.',
    });
  }
  if (opset > NEWEST_OPSET) {
    findings.push({
      severity: 'warning',
      message: `The file follows opset ${String(opset)}; its operators are read as in opset ${String(NEWEST_OPSET)}, the newest known here.`,
    });
  }
}

function graphInput({ name, type }: OnnxValueInfo): GraphInput {
  const place = `input "${name}"`;
  if (type === undefined) throw new UnsupportedModelError('an input of the model is not a tensor', { place });
  const element = elementType(type.dataType);
  if (element !== undefined) return { name, dtype: element.dtype, dims: type.dims };
  throw new UnsupportedModelError(`inputs of type ${typeName(type.dataType)} are not supported`, { place });
}

function nameOf(node: FlatNode): string {
  return node.name === '' ? (node.outputs.find((name) => name !== '') ?? node.op) : node.name;
}

function toNode(node: FlatNode): VersionedNode {
  const attributes: [string, Attribute][] = [];
  for (const attribute of node.attributes) {
    if (attribute.kind !== 'plain' && attribute.kind !== 'floats') {
      throw new UnsupportedModelError(`attribute "${attribute.name}" of this kind is not supported`, {
        place: layerOf(node),
      });
    }
    attributes.push([attribute.name, attribute.value]);
  }
  const { op, inputs, outputs, opset } = node;
  return { op, name: nameOf(node), inputs, outputs, opset, attributes: Object.fromEntries(attributes) };
}
