/** @file What stands in an ONNX file, functions inlined and nodes in order; weights are still in the file. */
import { ModelFormatError, UnsupportedModelError } from '../../support/errors';
import { sizeOf } from '../../graph/tensor';
import { withBranches } from './flatten/branches';
import { define, takeConstants } from './flatten/constants';
import { isInFile, type Constant } from './flatten/flatNode';
import { elementType, floatType } from './proto/elementType';
import { FunctionInliner } from './flatten/functions';
import { type FlatNode } from './flatten/flatNode';
import type { OnnxGraph, OnnxModel, OnnxValueInfo } from './proto/messages';
import { inputsOf, orderNodes } from './flatten/order';
import type { OnnxTensor } from './proto/tensorProto';

export interface Contents {
  /** Inputs that an output depends on. */
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly string[];
  /** The nodes that the outputs need, in topological order, without those that only hold a constant. */
  readonly nodes: readonly FlatNode[];
  /** The constants that these nodes and outputs use, by value name. */
  readonly constants: ReadonlyMap<string, Constant>;
  /** The float tensors among them that belong to one value only and so can be changed. */
  readonly weights: ReadonlyMap<string, OnnxTensor>;
  /** Every value name of the file. */
  readonly names: ReadonlySet<string>;
  /** What the file says about itself, by key. */
  readonly metadata: ReadonlyMap<string, string>;
}

export function contentsOf(model: OnnxModel): Contents {
  const { graph } = model;
  const constants = new Map<string, Constant>();
  for (const tensor of graph.initializers) define(constants, tensor.name, tensor);
  const inputs = graph.inputs.filter((input) => !constants.has(input.name));
  const outputs = checkOutputs(graph);

  const shared = new Set<string>();
  const functions = new FunctionInliner(model);
  const rest = takeConstants(functions.inline(graph.nodes), constants, shared).map((node) =>
    withBranches(node, model, functions),
  );

  const known = new Set([...constants.keys(), ...inputs.map((input) => input.name), ...graph.sparse]);
  if (known.size < constants.size + inputs.length + graph.sparse.length) {
    throw new ModelFormatError('two inputs or weights of the model have the same name');
  }
  const nodes = orderNodes(rest, known, outputs);
  const used = new Set([...nodes.flatMap(inputsOf), ...outputs]);
  const sparse = graph.sparse.find((name) => used.has(name));
  if (sparse !== undefined)
    throw new UnsupportedModelError('sparse weights are not supported', { place: `"${sparse}"` });

  const live = [...constants].filter(([name]) => used.has(name));
  const overlapping = overlaps(live.flatMap(([, constant]) => (isInFile(constant) ? [constant] : [])));
  return {
    inputs: inputs.filter((input) => used.has(input.name)),
    outputs,
    nodes: nodes.map(withoutUnusedOutputs(used)),
    constants: new Map(live),
    weights: new Map(
      live.flatMap(([name, constant]) =>
        !shared.has(name) && isInFile(constant) && isWritable(constant) && !overlapping.has(constant)
          ? [[name, constant] as const]
          : [],
      ),
    ),
    names: new Set([...known, ...rest.flatMap(namesIn)]),
    metadata: model.metadata,
  };
}

function checkOutputs({ outputs }: OnnxGraph): readonly string[] {
  if (outputs.length > 0 && new Set(outputs).size === outputs.length && !outputs.includes('')) return outputs;
  throw new ModelFormatError('the outputs of the model are missing or not distinct');
}

/** Names that a node gives, in its branches too. */
function namesIn(node: FlatNode): string[] {
  const inner =
    node.branches?.flatMap((branch) => [...branch.constants.keys(), ...branch.nodes.flatMap(namesIn)]) ?? [];
  return [...node.outputs, ...inner];
}

/** Varints have no fixed size: only one packed list can be replaced as a whole, and only float16 stands in one. */
function isWritable({ dataType, source }: OnnxTensor): boolean {
  if (floatType(dataType) === undefined) return false;
  return source.kind === 'varints' ? source.packed : source.kind === 'external' || source.spans.length > 0;
}

/** Tensors that share bytes of an external file; changing one would change the other. */
function overlaps(tensors: readonly OnnxTensor[]): Set<OnnxTensor> {
  const placed = tensors.flatMap((tensor) => {
    const { source, dims, dataType } = tensor;
    if (source.kind !== 'external') return [];
    const end = source.offset + (source.length ?? sizeOf(dims) * (elementType(dataType)?.bytes ?? 1));
    return [{ tensor, location: source.location, start: source.offset, end }];
  });
  placed.sort((a, b) => (a.location === b.location ? a.start - b.start : a.location < b.location ? -1 : 1));
  const found = new Set<OnnxTensor>();
  let widest = placed[0];
  for (const next of placed.slice(1)) {
    if (widest?.location === next.location && next.start < widest.end) found.add(widest.tensor).add(next.tensor);
    if (widest?.location !== next.location || next.end > widest.end) widest = next;
  }
  return found;
}

/** Operators whose further outputs are optional. */
const OPTIONAL_OUTPUTS = new Set(['BatchNormalization', 'Dropout', 'LayerNormalization', 'MaxPool']);

function withoutUnusedOutputs(used: ReadonlySet<string>) {
  return (node: FlatNode): FlatNode => {
    if (!OPTIONAL_OUTPUTS.has(node.op)) return node;
    const last = node.outputs.findLastIndex((name, i) => i === 0 || used.has(name));
    return { ...node, outputs: node.outputs.slice(0, last + 1) };
  };
}
