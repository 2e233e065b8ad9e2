/** @file Changes values inside a protobuf file and leaves every other byte as it is. */
import { Writer } from 'protobufjs/minimal';
import { Wire, type Field, type Span } from '../../wire';

/** The bytes `at` become `bytes`. Where the length changes, `at` must be the whole value of a length-delimited field. */
export interface Edit {
  readonly at: Span;
  readonly bytes: Uint8Array;
}

/** A copy of `file` with all edits; they must not overlap. Only the length prefixes around a resized value change with it. */
export function applyEdits(file: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const patched = new Uint8Array(file);
  const resized: Edit[] = [];
  for (const edit of edits) {
    if (edit.bytes.length === edit.at.end - edit.at.start) patched.set(edit.bytes, edit.at.start);
    else resized.push(edit);
  }
  if (resized.length === 0) return patched;
  const wire = new Wire(patched);
  return concat(rewrite(wire, wire.all, resized));
}

/** The new content of a message, as pieces of the old one and new bytes. */
function rewrite(wire: Wire, message: Span, edits: readonly Edit[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let copied = message.start;
  for (const field of wire.fields(message)) {
    const inside = edits.filter(({ at }) => at.start >= field.start && at.end <= field.end);
    if (inside.length === 0) continue;
    pieces.push(wire.bytes.subarray(copied, field.tag), ...rewriteField(wire, field, inside));
    copied = field.end;
  }
  return [...pieces, wire.bytes.subarray(copied, message.end)];
}

function rewriteField(wire: Wire, field: Field, edits: readonly Edit[]): Uint8Array[] {
  const whole = edits.find(({ at }) => at.start === field.start && at.end === field.end);
  const content = whole === undefined ? rewrite(wire, field, edits) : [whole.bytes];
  const length = content.reduce((total, piece) => total + piece.length, 0);
  const prefix = Writer.create()
    .uint32((field.number << 3) | field.wire)
    .uint32(length)
    .finish();
  return [prefix, ...content];
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0));
  let filled = 0;
  for (const piece of pieces) {
    whole.set(piece, filled);
    filled += piece.length;
  }
  return whole;
}
