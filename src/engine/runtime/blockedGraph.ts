/**
 * @file A graph under conversion to the blocked layout (NCHWc) of ONNX Runtime's CPU kernels: memory holds
 * `[N, C/block, H, W, block]` under the shape `[N, C, H, W]`. Each value is there plain, blocked, or both.
 */
import type { Attributes, Graph, Node, TypedGraph } from '../graph/graph';
import { int64, type Tensor } from '../graph/tensor';

/** Domain of the operators that ONNX Runtime's own optimizer writes into saved models. */
export const DOMAIN = 'com.microsoft.nchwc';
export const CONV = `${DOMAIN}.Conv`;

export class BlockedGraph {
  readonly #nodes: Node[] = [];
  readonly #initializers: Map<string, Tensor>;
  /** The blocked twins of values, by the names of those. */
  readonly #blocked = new Map<string, string>();
  readonly #plain: Set<string>;
  readonly #readers = new Map<string, number>();
  readonly #producers = new Map<string, Node>();

  /** `block`: channels per block. */
  constructor(
    private readonly source: TypedGraph,
    readonly block: number,
  ) {
    this.#initializers = new Map(source.initializers);
    this.#plain = new Set([...source.inputs.map(({ name }) => name), ...source.initializers.keys()]);
    for (const name of [...source.outputs, ...source.nodes.flatMap((node) => node.inputs)]) {
      this.#readers.set(name, (this.#readers.get(name) ?? 0) + 1);
    }
    for (const node of source.nodes) for (const name of node.outputs) this.#producers.set(name, node);
  }

  /** Shape of a value of the source. */
  dims(name = ''): readonly number[] {
    return this.source.types.get(name)?.dims ?? [];
  }

  /** The value of an initializer of the source. */
  constant(name = ''): Tensor | undefined {
    return this.source.initializers.get(name);
  }

  /** The node of the source behind `name`, if it is an `op`. */
  producer(name: string, op: string): Node | undefined {
    const node = this.#producers.get(name);
    return node?.op === op ? node : undefined;
  }

  isBlocked(name = ''): boolean {
    return this.#blocked.has(name);
  }

  /** Makes sure that `name` is there in the plain layout. */
  plain(name: string): string {
    const blocked = this.#blocked.get(name);
    if (this.#plain.has(name) || blocked === undefined) return name;
    const attributes = { channels: this.dims(name)[1] ?? 1 };
    const [op, inputs] = [`${DOMAIN}.ReorderOutput`, [blocked]];
    this.#nodes.push({ op, name: `${name}:plain`, inputs, outputs: [name], attributes });
    this.#plain.add(name);
    return name;
  }

  /** The blocked twin of `name`. */
  blocked(name: string): string {
    const known = this.#blocked.get(name);
    if (known !== undefined) return known;
    const twin = this.emit(`${DOMAIN}.ReorderInput`, [this.plain(name)]);
    this.#blocked.set(name, twin);
    return twin;
  }

  /** Adds a node of the source with plain inputs and outputs. */
  keep(node: Node): void {
    for (const name of node.inputs) this.plain(name);
    this.replacePlain(node, node);
  }

  /** Adds `replacement`, which gives the outputs of `node` in the plain layout. */
  replacePlain(node: Node, replacement: Node): void {
    this.#nodes.push({ ...replacement, outputs: node.outputs });
    for (const name of node.outputs) this.#plain.add(name);
  }

  /** Adds a node that gives the output of `node` in the blocked layout. */
  replaceBlocked(node: Node, op: string, inputs: readonly string[], attributes: Attributes): void {
    const [output = ''] = node.outputs;
    this.#nodes.push({ op, name: node.name, inputs, outputs: [`${output}:blocked`], attributes });
    this.#blocked.set(output, `${output}:blocked`);
  }

  /** Says that `value` is the output of `node` in the blocked layout. */
  setBlocked(node: Node, value: string): void {
    this.#blocked.set(node.outputs[0] ?? '', value);
  }

  /** Adds a helper node; returns its output. */
  emit(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const name = `blocked:${String(this.#nodes.length)}:${op}`;
    this.#nodes.push({ op, name, inputs, outputs: [name], attributes });
    return name;
  }

  initializer(tensor: Tensor): string {
    const name = `blocked:constant:${String(this.#initializers.size)}`;
    this.#initializers.set(name, tensor);
    return name;
  }

  reshape(value: string, shape: readonly number[]): string {
    return this.emit('Reshape', [value, this.initializer(int64([shape.length], shape))]);
  }

  /**
   * Has the convolution behind `value` compute `node` as well, if only `node` reads it and it has no activation yet.
   * It moves to the end, where the other inputs of `node` are known. Says whether that was done.
   */
  extendConvolution(value: string, node: Node, change: (convolution: Node) => Node | undefined): boolean {
    const blocked = this.#blocked.get(value);
    const at = this.#nodes.findLastIndex(({ outputs }) => outputs[0] === blocked);
    const convolution = this.#nodes[at];
    if (convolution?.op !== CONV || blocked === undefined || this.#readers.get(value) !== 1) return false;
    const changed = convolution.attributes.activation === undefined ? change(convolution) : undefined;
    if (changed === undefined) return false;
    this.#nodes.splice(at, 1);
    this.#nodes.push(changed);
    this.setBlocked(node, blocked);
    return true;
  }

  /** The converted graph without what nothing reads. */
  finish(): Graph {
    for (const name of this.source.outputs) this.plain(name);
    const needed = new Set(this.source.outputs);
    const nodes = this.#nodes.toReversed().filter((node) => {
      const used = node.outputs.some((name) => needed.has(name));
      if (used) for (const name of node.inputs) needed.add(name);
      return used;
    });
    const initializers = new Map([...this.#initializers].filter(([name]) => needed.has(name)));
    return { inputs: this.source.inputs, outputs: this.source.outputs, nodes: nodes.reverse(), initializers };
  }
}
