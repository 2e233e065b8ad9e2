/** @file AttributeProto: the parameters of a node. */
import type { Attribute } from '../../../graph/graph';
import { parseTensor, type OnnxTensor } from './tensorProto';
import { BYTES, FIXED32, MAX_TEXT_BYTES, VARINT, damaged, type Field, type Span, type Wire } from '../../wire';

export type OnnxAttribute = { readonly name: string } & AttributeValue;

export type AttributeValue =
  | { readonly kind: 'plain'; readonly value: Attribute }
  /** Also the bytes of the floats, which may be a weight (`value_floats` of Constant). */
  | { readonly kind: 'floats'; readonly value: number | readonly number[]; readonly spans: readonly Span[] }
  | { readonly kind: 'tensor'; readonly tensor: OnnxTensor }
  /** Inside a function: the attribute of the calling node with this name. */
  | { readonly kind: 'reference'; readonly to: string }
  /** A subgraph, still to be parsed. */
  | { readonly kind: 'graph'; readonly span: Span }
  /** Sparse tensors, types, lists of tensors. */
  | { readonly kind: 'other' };

/** AttributeProto.AttributeType. */
const TYPE = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8 } as const;

/** Field that carries each type's value; files older than IR 3 leave the type out. */
const TYPE_OF_FIELD: ReadonlyMap<number, number> = new Map([
  [2, TYPE.float],
  [3, TYPE.int],
  [4, TYPE.string],
  [5, TYPE.tensor],
  [6, TYPE.graph],
  [7, TYPE.floats],
  [8, TYPE.ints],
  [9, TYPE.strings],
]);

export function parseAttribute(wire: Wire, span: Span): OnnxAttribute {
  let name = '';
  let reference = '';
  let type = 0;
  let implied = 0;
  const values: Field[] = [];
  for (const field of wire.fields(span)) {
    if (field.number === 1 && field.wire === BYTES) name = wire.text(field);
    else if (field.number === 21 && field.wire === BYTES) reference = wire.text(field);
    else if (field.number === 20 && field.wire === VARINT) type = wire.integer(field);
    else {
      implied = TYPE_OF_FIELD.get(field.number) ?? implied;
      values.push(field);
    }
  }
  if (reference !== '') return { name, kind: 'reference', to: reference };
  return { name, ...valueOf(wire, type === 0 ? implied : type, values) };
}

/** Proto3 leaves out a value that is zero or empty. */
function valueOf(wire: Wire, type: number, values: readonly Field[]): AttributeValue {
  const of = (number: number, ...wires: number[]): Field[] =>
    values.filter((field) => field.number === number && wires.includes(field.wire));
  switch (type) {
    case TYPE.float: {
      const span = of(2, FIXED32).at(-1);
      return { kind: 'floats', value: span ? (wire.floats(span)[0] ?? 0) : 0, spans: span ? [span] : [] };
    }
    case TYPE.int: {
      const span = of(3, VARINT).at(-1);
      return { kind: 'plain', value: span ? wire.integer(span) : 0 };
    }
    case TYPE.string: {
      const span = of(4, BYTES).at(-1);
      // Custom operators keep whole programs in here; what they hold is never needed.
      if (span !== undefined && span.end - span.start > MAX_TEXT_BYTES) return { kind: 'other' };
      return { kind: 'plain', value: span ? wire.text(span) : '' };
    }
    case TYPE.tensor: {
      const [span, second] = of(5, BYTES);
      if (second !== undefined) throw damaged(second.tag, 'an attribute holds two tensors');
      return span ? { kind: 'tensor', tensor: parseTensor(wire, span) } : { kind: 'other' };
    }
    case TYPE.graph: {
      const [span, second] = of(6, BYTES);
      if (second !== undefined) throw damaged(second.tag, 'an attribute holds two graphs');
      return span ? { kind: 'graph', span } : { kind: 'other' };
    }
    case TYPE.floats: {
      const spans = of(7, FIXED32, BYTES);
      return { kind: 'floats', value: spans.flatMap((span) => wire.floats(span)), spans };
    }
    case TYPE.ints:
      return { kind: 'plain', value: of(8, VARINT, BYTES).flatMap((span) => wire.integers(span)) };
    case TYPE.strings: {
      const spans = of(9, BYTES);
      if (spans.some((span) => span.end - span.start > MAX_TEXT_BYTES)) return { kind: 'other' };
      return { kind: 'plain', value: spans.map((span) => wire.text(span)) };
    }
    default:
      return { kind: 'other' };
  }
}
