/** @file The graph of a SavedModel with the functions that it calls (graph.proto, function.proto of TensorFlow). */
import { entry, parseNode, type ParsedNode } from '../tensorflow/graphProto';
import type { TfFunction } from '../tensorflow/inlineFunctions';
import { BYTES, type Span, type Wire } from '../wire';

/** Nodes and functions. A repair changes variables alone: the graph's constants are not written. */
export class Contents {
  readonly nodes: ParsedNode[] = [];
  readonly functions = new Map<string, TfFunction<ParsedNode>>();

  constructor(private readonly wire: Wire) {}

  /** GraphDef. */
  addGraph(span: Span): void {
    for (const field of this.wire.fields(span)) {
      if (field.wire !== BYTES) continue;
      if (field.number === 1) this.nodes.push(parseNode(this.wire, field));
      else if (field.number === 2) this.#addFunctions(field);
    }
  }

  /** FunctionDefLibrary. */
  #addFunctions(span: Span): void {
    for (const field of this.wire.fields(span))
      if (field.number === 1 && field.wire === BYTES) this.#addFunction(field);
  }

  #addFunction(span: Span): void {
    let name = '';
    const [inputs, outputs, nodes]: [string[], string[], Span[]] = [[], [], []];
    const returned = new Map<string, string>();
    for (const field of this.wire.fields(span)) {
      if (field.wire !== BYTES) continue;
      if (field.number === 1) {
        for (const part of this.wire.fields(field)) {
          if (part.number === 1) name = this.wire.text(part);
          else if (part.number === 2) inputs.push(this.#name(part));
          else if (part.number === 3) outputs.push(this.#name(part));
        }
      } else if (field.number === 3) {
        nodes.push(field);
      } else if (field.number === 4) {
        const [key, value] = entry(this.wire, field);
        if (value !== undefined) returned.set(key, this.wire.text(value));
      }
    }
    this.functions.set(name, {
      arguments: inputs,
      nodes: nodes.map((node) => parseNode(this.wire, node)),
      results: outputs.map((output) => returned.get(output) ?? ''),
    });
  }

  #name(span: Span): string {
    const field = this.wire.child(span, 1);
    return field === undefined ? '' : this.wire.text(field);
  }
}
