/** @file The second runtime: TensorFlow.js executes the same graph and differentiates it by itself. */
import type * as tfjs from '@tensorflow/tfjs-core';
import { gradientName } from '../graph/differentiate';
import type { Node, TypedGraph } from '../graph/graph';
import type { Tensor, TensorType } from '../graph/tensor';
import { operator } from '../ops';
import type { TensorFlow, TfTensor } from '../graph/operator';
import type { GradientRequest, Runtime, Session } from './runtime';

/** `tf` is a loaded TensorFlow.js with a backend: tfjs-node-gpu, tfjs-node, or the plain CPU backend in tests. */
export function createTensorFlowRuntime(tf: TensorFlow, description: string): Runtime {
  return {
    description,
    compile: (graph, gradients) => Promise.resolve(new TensorFlowSession(tf, graph, gradients)),
  };
}

class TensorFlowSession implements Session {
  readonly #weights = new Map<string, TfTensor>();

  constructor(
    private readonly tf: TensorFlow,
    private readonly graph: TypedGraph,
    private readonly gradients: GradientRequest | undefined,
  ) {
    for (const [name, tensor] of graph.initializers) this.#weights.set(name, toTf(tf, tensor));
  }

  async run(feeds: ReadonlyMap<string, Tensor>): Promise<ReadonlyMap<string, Tensor>> {
    const { tf, graph } = this;
    const results: tfjs.NamedTensorMap = tf.tidy(() => {
      const inputs = new Map(
        graph.inputs.map((input) => {
          const tensor = feeds.get(input.name);
          if (tensor === undefined) throw new RangeError(`Input ${input.name} is missing`);
          return [input.name, toTf(tf, tensor)] as const;
        }),
      );
      const outputs =
        this.gradients === undefined ? this.#forward(inputs) : this.#withGradients(inputs, this.gradients);
      return Object.fromEntries(outputs);
    });
    try {
      const tensors = await Promise.all(
        Object.entries(results).map(async ([name, value]) => [name, await this.#download(name, value)] as const),
      );
      return new Map(tensors);
    } finally {
      tf.dispose(results);
    }
  }

  dispose(): Promise<void> {
    for (const tensor of this.#weights.values()) tensor.dispose();
    this.#weights.clear();
    return Promise.resolve();
  }

  #withGradients(inputs: ReadonlyMap<string, TfTensor>, { loss, wrt }: GradientRequest): ReadonlyMap<string, TfTensor> {
    const variables = wrt.map((name) => {
      const tensor = inputs.get(name) ?? this.#weights.get(name);
      if (tensor === undefined) throw new RangeError(`${name} is neither an input nor a weight`);
      return tensor;
    });
    let outputs: ReadonlyMap<string, TfTensor> = new Map();
    const scalarLoss = (...values: TfTensor[]): tfjs.Scalar => {
      const replaced = new Map(inputs);
      wrt.forEach((name, i) => {
        const value = values[i];
        if (value !== undefined) replaced.set(name, value);
      });
      outputs = new Map([...this.#forward(replaced)].map(([name, value]) => [name, this.tf.keep(value)]));
      const value = outputs.get(loss);
      if (value === undefined) throw new RangeError(`${loss} is not an output`);
      return this.tf.sum(value);
    };
    const gradients = this.tf.grads(scalarLoss)(variables);
    return new Map([...outputs, ...wrt.map((name, i) => [gradientName(name), required(gradients[i])] as const)]);
  }

  #forward(inputs: ReadonlyMap<string, TfTensor>): ReadonlyMap<string, TfTensor> {
    const values = new Map<string, TfTensor>([...this.#weights, ...inputs]);
    for (const node of this.graph.nodes) {
      const outputs = this.#runNode(node, values);
      node.outputs.forEach((name, i) => {
        if (name !== '') values.set(name, required(outputs[i]));
      });
    }
    return new Map(this.graph.outputs.map((name) => [name, this.tf.clone(required(values.get(name)))]));
  }

  #runNode(node: Node, values: ReadonlyMap<string, TfTensor>): TfTensor[] {
    return operator(node.op, node.name).kernel({
      tf: this.tf,
      op: node.op,
      name: node.name,
      attributes: node.attributes,
      inputs: node.inputs.map((name) => (name === '' ? undefined : required(values.get(name)))),
      outputCount: node.outputs.length,
      outputTypes: node.outputs.map((name) => this.#type(name)),
      constant: (i) => this.graph.initializers.get(node.inputs[i] ?? ''),
    });
  }

  async #download(name: string, value: TfTensor): Promise<Tensor> {
    const { dtype } = this.graph.types.get(name) ?? { dtype: 'float32' as const };
    const data = await value.data();
    const dims = value.shape;
    switch (dtype) {
      case 'float32':
        return { dtype, dims, data: Float32Array.from(data) };
      case 'int64':
        return { dtype, dims, data: BigInt64Array.from(data, (item) => BigInt(Math.trunc(item))) };
      case 'int32':
        return { dtype, dims, data: Int32Array.from(data) };
      case 'uint8':
      case 'bool':
        return { dtype, dims, data: Uint8Array.from(data) };
    }
  }

  #type(name: string): TensorType {
    return required(this.graph.types.get(name));
  }
}

function toTf(tf: TensorFlow, { dtype, dims, data }: Tensor): TfTensor {
  const shape = [...dims];
  if (dtype === 'float32') return tf.tensor(data as Float32Array, shape, 'float32');
  if (dtype === 'bool') return tf.tensor(data as Uint8Array, shape, 'bool');
  return tf.tensor(Int32Array.from(data as ArrayLike<number | bigint>, Number), shape, 'int32');
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new RangeError('A value of the graph is missing');
  return value;
}
