/** @file Recognises a GraphDef by its first node. */

/** A field 1 that holds a message whose field 1 is a name and whose field 2 an operator; ONNX and SavedModel begin with a number. */
export function isFrozenGraph(head: Uint8Array): boolean {
  const text = String.fromCharCode(...head);
  const [outline, low = '', high = ''] = /^\n[\x80-\xff]{0,4}[\0-\x7f]\n([\0-\xff])([\0-\x7f])?/.exec(text) ?? [];
  if (outline === undefined) return false;
  const first = low.charCodeAt(0);
  const [length, start] =
    first < 128 ? [first, outline.length - high.length] : [(first & 127) + 128 * high.charCodeAt(0), outline.length];
  const name = text.slice(start, start + length);
  return /^[\w./>\\-]+$/.test(name) && /^\x12[\0-\x7f][A-Z_]\w*/.test(text.slice(start + length));
}
