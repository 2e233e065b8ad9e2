/** @file What stands in an ONNX file, functions inlined and nodes in order; weights are still in the file. */
import { ModelFormatError, UnsupportedModelError } from '../../errors';
import { constantOf, filling, isInFile, type Constant } from './constants';
import { inlineFunctions, type FlatNode } from './functions';
import type { OnnxGraph, OnnxModel, OnnxValueInfo } from './messages';
import { layerOf, orderNodes } from './order';
import { floatType } from './elementType';
import type { OnnxTensor } from './tensorProto';

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
}

export function contentsOf(model: OnnxModel): Contents {
  const { graph } = model;
  const constants = new Map<string, Constant>();
  for (const tensor of graph.initializers) define(constants, tensor.name, tensor);
  const inputs = graph.inputs.filter((input) => !constants.has(input.name));
  const outputs = checkOutputs(graph);

  const shared = new Set<string>();
  const rest: FlatNode[] = [];
  for (const node of inlineFunctions(model)) {
    if (node.domain === '' && node.op === 'Constant') {
      const constant = constantOf(node);
      const [name = ''] = node.outputs;
      if (constant === undefined) rest.push(node);
      else define(constants, name, constant);
      if (!node.own) shared.add(name);
    } else rest.push(asExpand(node, constants));
  }

  const known = new Set([...constants.keys(), ...inputs.map((input) => input.name), ...graph.sparse]);
  if (known.size < constants.size + inputs.length + graph.sparse.length) {
    throw new ModelFormatError('two inputs or weights of the model have the same name');
  }
  const nodes = orderNodes(rest, known, outputs);
  const used = new Set([...nodes.flatMap((node) => node.inputs), ...outputs]);
  const sparse = graph.sparse.find((name) => used.has(name));
  if (sparse !== undefined) throw new UnsupportedModelError('sparse weights are not supported', { place: `"${sparse}"` });

  const live = [...constants].filter(([name]) => used.has(name));
  return {
    inputs: inputs.filter((input) => used.has(input.name)),
    outputs,
    nodes: nodes.map(withoutUnusedOutputs(used)),
    constants: new Map(live),
    weights: new Map(
      live.flatMap(([name, constant]) =>
        !shared.has(name) && isInFile(constant) && isWritable(constant) ? [[name, constant] as const] : [],
      ),
    ),
    names: new Set([...known, ...rest.flatMap((node) => node.outputs)]),
  };
}

function define(constants: Map<string, Constant>, name: string, constant: Constant): void {
  if (constants.has(name)) throw new ModelFormatError(`the value "${name}" is defined twice`);
  constants.set(name, constant);
}

function checkOutputs({ outputs }: OnnxGraph): readonly string[] {
  if (outputs.length > 0 && new Set(outputs).size === outputs.length && !outputs.includes('')) return outputs;
  throw new ModelFormatError('the outputs of the model are missing or not distinct');
}

/** Varints have no fixed size: only one packed list can be replaced as a whole, and only float16 stands in one. */
function isWritable({ dataType, source }: OnnxTensor): boolean {
  if (floatType(dataType) === undefined) return false;
  return source.kind === 'varints' ? source.packed : source.kind === 'external' || source.spans.length > 0;
}

/** ConstantOfShape as Expand of a scalar: graphs have no tensors among the attributes. */
function asExpand(node: FlatNode, constants: Map<string, Constant>): FlatNode {
  if (node.domain !== '' || node.op !== 'ConstantOfShape') return node;
  const constant = filling(node);
  if (constant === undefined) throw new ModelFormatError('an attribute is wrong', { place: layerOf(node) });
  const name = `${node.outputs[0] ?? ''}:value`;
  define(constants, name, constant);
  return { ...node, op: 'Expand', inputs: [name, ...node.inputs.slice(0, 1)], attributes: [] };
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
