/** @file Moves activations behind the max pools that follow them, where they have fewer elements to work on. */
import type { Graph, Node } from './graph';

/**
 * The same function with `MaxPool(activation(x))` rewritten to `activation(MaxPool(x))`, which is equal for every
 * activation that never decreases. The gradient of the activation then runs on the pooled size too. Only an
 * activation that nothing else reads is moved; its value disappears, all other values keep name and meaning.
 */
export function poolFirst<G extends Graph>(graph: G): G {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const readers = new Map<string, number>(graph.outputs.map((name) => [name, 1]));
  for (const name of graph.nodes.flatMap((node) => node.inputs)) readers.set(name, (readers.get(name) ?? 0) + 1);

  const moved = new Set<Node>();
  const nodes = graph.nodes.flatMap((node) => {
    const [input = ''] = node.inputs;
    const activation = producers.get(input);
    if (node.op !== 'MaxPool' || activation === undefined || readers.get(input) !== 1 || !increases(activation)) {
      return [node];
    }
    moved.add(activation);
    const [x = '', ...bounds] = activation.inputs;
    const pooled = `${input}:pooled`;
    return [
      { ...node, inputs: [x], outputs: [pooled] },
      { ...activation, inputs: [pooled, ...bounds], outputs: node.outputs },
    ];
  });
  return { ...graph, nodes: nodes.filter((node) => !moved.has(node)) };
}

/** Whether y = f(x) never decreases, element by element. */
function increases({ op, attributes }: Node): boolean {
  if (op === 'LeakyRelu') return attributes.alpha === undefined || Number(attributes.alpha) >= 0;
  return ['Relu', 'Clip', 'Sigmoid', 'Tanh'].includes(op);
}
