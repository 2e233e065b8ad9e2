/** @file Recognises an ONNX file by the outline of its ModelProto. */
import type { Files } from '../../support/files';

/** Field number → wire type of ModelProto (onnx.proto3), all fields that it has so far. */
const FIELDS: ReadonlyMap<number, number> = new Map([
  [1, 0], // ir_version
  [2, 2], // producer_name
  [3, 2], // producer_version
  [4, 2], // domain
  [5, 0], // model_version
  [6, 2], // doc_string
  [7, 2], // graph
  [8, 2], // opset_import
  [14, 2], // metadata_props
  [20, 2], // training_info
  [25, 2], // functions
  [26, 2], // configuration
]);

const GRAPH = 7;
const MAX_STEPS = 1000;
const WINDOW = 32;

/** Walks the top level of the message, field by field, until it meets a graph. */
export async function detectOnnx(files: Files, path: string, head: Uint8Array): Promise<boolean> {
  const size = (await files.info(path))?.size ?? 0;
  let position = 0;
  for (let step = 0; step < MAX_STEPS && position < size; step++) {
    const window =
      position + WINDOW <= head.length
        ? head.subarray(position, position + WINDOW)
        : await files.read(path, position, WINDOW);
    const field = fieldAt(window);
    if (field === undefined) return false;
    position += field.length;
    // A graph that reaches beyond the end after a proper beginning is a truncated ONNX file, which its reader reports.
    if (field.number === GRAPH) return step > 0 || position <= size;
    if (position > size) return false;
  }
  return false;
}

/** The field that starts the window; `undefined` if ModelProto has no such field. */
function fieldAt(window: Uint8Array): { number: number; length: number } | undefined {
  const tag = varint(window, 0);
  if (tag === undefined) return undefined;
  const number = tag.value >>> 3;
  if (FIELDS.get(number) !== (tag.value & 7)) return undefined;
  const value = varint(window, tag.end);
  if (value === undefined) return undefined;
  return { number, length: value.end + ((tag.value & 7) === 2 ? value.value : 0) };
}

function varint(bytes: Uint8Array, start: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) return undefined;
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return { value, end: start + i + 1 };
  }
  return undefined;
}
