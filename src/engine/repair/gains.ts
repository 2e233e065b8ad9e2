/** @file Gains of neurons: factors on the weights that make them, as adversarial neuron perturbation and pruning move them. */
import type { Classifier } from '../classify/classifier';
import { initializerNamed } from '../graph/initializer';
import { floats, type Tensor } from '../graph/tensor';
import { eachSlice } from '../neurons/eachSlice';
import type { NeuronLayer } from '../neurons/layers';
import { LINEAR, NeuronWeights } from '../neurons/neuronWeights';
import { valueTypes } from '../neurons/valueTypes';

/** A weight that a layer's neurons own by slices, and what a factor on a slice does. */
interface GainedWeight {
  readonly initializer: string;
  readonly axis: number;
  /** Of the layer's first neuron among all neurons. */
  readonly first: number;
  /** `gain` scales what a neuron says, `shift` what is added to it. */
  readonly role: 'gain' | 'shift';
}

/** Factors by neuron, over all layers one after the other. */
export interface Factors {
  readonly gain: Float32Array;
  readonly shift: Float32Array;
}

export class Gains {
  /** Names of the weights concerned. */
  readonly weights: readonly string[];
  readonly neurons: number;
  readonly #gained: readonly GainedWeight[];

  /** Where a batch normalisation stands behind a layer, its scale and shift are what is multiplied, as in the paper; elsewhere filter and bias. */
  constructor(
    private readonly classifier: Classifier,
    readonly layers: readonly NeuronLayer[],
  ) {
    const roles = rolesOf(classifier);
    let first = 0;
    const gained: GainedWeight[] = [];
    for (const layer of layers) {
      const own = layer.weights.map((weight) => ({ ...weight, first, role: roles.get(weight.initializer) ?? 'shift' }));
      const isNormalised = own.some(({ role }) => role === 'scale');
      for (const { role, ...weight } of own) {
        if ((role === 'filter' || role === 'bias') && isNormalised) continue;
        gained.push({ ...weight, role: role === 'filter' || role === 'scale' ? 'gain' : 'shift' });
      }
      first += layer.neurons;
    }
    this.neurons = first;
    this.#gained = gained;
    this.weights = [...new Set(gained.map(({ initializer }) => initializer))];
  }

  /** The weights with each slice multiplied by its neuron's factor. */
  apply({ gain, shift }: Factors): Map<string, Float32Array> {
    const changed = new Map(this.weights.map((name) => [name, floats(this.#tensor(name)).slice()] as const));
    for (const { initializer, axis, first, role } of this.#gained) {
      const values = changed.get(initializer);
      const factors = role === 'gain' ? gain : shift;
      if (values === undefined) continue;
      eachSlice(this.#tensor(initializer), axis, (neuron, start, end) => {
        const factor = factors[first + neuron] ?? 1;
        for (let i = start; i < end; i++) values[i] = factor * (values[i] ?? 0);
      });
    }
    return changed;
  }

  /** ∂loss/∂factor from ∂loss/∂weight: the sum over a neuron's slice of gradient times weight. */
  gradient(gradients: ReadonlyMap<string, Float32Array>): Factors {
    const sums: Factors = { gain: new Float32Array(this.neurons), shift: new Float32Array(this.neurons) };
    for (const { initializer, axis, first, role } of this.#gained) {
      const gradient = gradients.get(initializer);
      const tensor = this.#tensor(initializer);
      const values = floats(tensor);
      if (gradient === undefined) continue;
      eachSlice(tensor, axis, (neuron, start, end) => {
        let sum = 0;
        for (let i = start; i < end; i++) sum += (gradient[i] ?? 0) * (values[i] ?? 0);
        const target = sums[role];
        target[first + neuron] = (target[first + neuron] ?? 0) + sum;
      });
    }
    return sums;
  }

  #tensor(name: string): Tensor {
    return initializerNamed(this.classifier.graph.initializers, name);
  }
}

type Role = 'filter' | 'bias' | 'scale' | 'shift';

/** What each initializer is to the operators that read it. */
function rolesOf(classifier: Classifier): Map<string, Role> {
  const { graph } = classifier;
  const constants = new NeuronWeights(graph, valueTypes(classifier), new Set(graph.initializers.keys()));
  const roles = new Map<string, Role>();
  for (const { op, inputs } of graph.nodes) {
    const set = (input: number, role: Role): void => {
      const initializer = constants.constant(inputs[input] ?? '')?.initializer;
      if (initializer !== undefined) roles.set(initializer, role);
    };
    if (LINEAR.has(op)) {
      set(1, 'filter');
      set(2, 'bias');
    }
    if (op === 'BatchNormalization') set(1, 'scale');
  }
  return roles;
}
