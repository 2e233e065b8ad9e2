/** @file Constants of a TensorFlow graph as initializers of ours, each in the layout in which a node wants it. */
import { ModelFormatError } from '../../support/errors';
import { changesOf } from '../changes';
import { checkFinite } from '../checkFinite';
import type { Graph } from '../../graph/graph';
import { float32, floats, sameDims, showDims, sizeOf, type Tensor } from '../../graph/tensor';
import type { GraphWriter } from '../graphWriter';
import { graphDims, toGraph, type WeightLayout } from '../keras/weights/layerWeights';
import { layerName, type TfConstant } from './graphDef';

interface Use {
  readonly constant: TfConstant;
  readonly layout: WeightLayout;
  readonly initializer: string;
}

export class ConstantUses {
  readonly #uses = new Map<string, Use[]>();

  constructor(private readonly graph: GraphWriter) {}

  /** Name of the initializer that holds the constant of node `name` in this layout. Nodes that read one weight share it. */
  use(name: string, constant: TfConstant, layout: WeightLayout = {}): string {
    const identity = constant.key ?? name;
    const uses = this.#uses.get(identity) ?? [];
    const same = (use: Use): boolean =>
      sameDims(use.constant.dims, constant.dims) && JSON.stringify(use.layout) === JSON.stringify(layout);
    const known = uses.find(same);
    if (known !== undefined) return known.initializer;
    const initializer = this.graph.constant(layerName(constant.label ?? name), arranged(name, constant, layout));
    this.#uses.set(identity, [...uses, { constant, layout, initializer }]);
    return initializer;
  }

  /** Weights that can be written back: those that all their nodes want in one layout. */
  weights(): ReadonlyMap<string, Use> {
    const single = [...this.#uses.values()].flatMap((uses) => (uses.length === 1 ? uses : []));
    const writable = single.filter(({ constant }) => constant.dtype === 'float32' && constant.key !== undefined);
    return new Map(writable.map((use) => [use.initializer, use]));
  }
}

/** See {@link changesOf}. */
export function graphChanges(
  graph: Graph,
  weights: ReadonlyMap<string, Use>,
  changed: ReadonlyMap<string, Tensor>,
): Map<string, Float32Array> {
  return changesOf(graph, changed, (name) => {
    const { constant, layout } = weights.get(name) ?? {};
    if (constant?.key === undefined || layout === undefined) return undefined;
    return { dims: constant.dims, layout, key: constant.key, place: `"${name}"` };
  });
}

function arranged(name: string, constant: TfConstant, layout: WeightLayout): Tensor {
  const tensor = constant.read();
  const weight = { dims: constant.dims, layout };
  if (sizeOf(graphDims(weight)) !== sizeOf(constant.dims)) {
    throw new ModelFormatError('a weight does not fit its node', {
      place: `"${layerName(constant.label ?? name)}"`,
      expected: showDims(graphDims(weight)),
      got: showDims(constant.dims),
    });
  }
  if (tensor.dtype !== 'float32') return { ...tensor, dims: graphDims(weight) };
  const values = floats(tensor);
  checkFinite(values, `"${name}"`);
  return float32(graphDims(weight), toGraph(weight, values));
}
