/** @file Sorted tables of keys and values, as LevelDB made them: TensorFlow keeps the index of a checkpoint in one. */
import { dataView } from '../../support/dataView';
import { ModelFormatError, UnsupportedModelError } from '../../support/errors';
import type { Span } from '../wire';

const FOOTER = 48;
/** The last eight bytes, little-endian. */
const MAGIC = 0xdb4775248b80fb57n;
/** Compression and checksum behind each block. */
const TRAILER = 5;
const MAX_ENTRIES = 1 << 20;

export interface TableEntry {
  readonly key: string;
  /** Where the value stands in the file. */
  readonly value: Span;
  /** The block that holds it, with its trailer behind. */
  readonly block: Span;
}

/** All entries in order. Throws {@link ModelFormatError} for damaged tables and {@link UnsupportedModelError} for compressed ones. */
export function readTable(bytes: Uint8Array): TableEntry[] {
  const view = dataView(bytes);
  const start = bytes.length - FOOTER;
  if (start < 0 || view.getBigUint64(bytes.length - 8, true) !== MAGIC) {
    throw new ModelFormatError('the index of the variables is no index', { expected: 'a table of keys and values' });
  }
  const footer = new Cursor(bytes, start);
  footer.number();
  footer.number();
  const entries: TableEntry[] = [];
  for (const { value } of blockEntries(bytes, handle(footer, bytes))) {
    const block = handle(new Cursor(bytes, value.start), bytes);
    for (const entry of blockEntries(bytes, block)) {
      if (entries.length === MAX_ENTRIES) throw damaged(block.start);
      entries.push({ ...entry, block });
    }
  }
  return entries;
}

/** Offset and size of a block. */
function handle(cursor: Cursor, bytes: Uint8Array): Span {
  const start = cursor.number();
  const end = start + cursor.number();
  if (end + TRAILER > bytes.length) throw damaged(start);
  if (bytes[end] !== 0) throw new UnsupportedModelError('the index of the variables is compressed');
  return { start, end };
}

/** Keys share their beginnings with the key before; the list of restarts at the end is not needed. */
function* blockEntries(bytes: Uint8Array, { start, end }: Span): Generator<{ key: string; value: Span }> {
  if (end - start < 4) throw damaged(start);
  const restarts = dataView(bytes).getUint32(end - 4, true);
  const last = end - 4 * (restarts + 1);
  const cursor = new Cursor(bytes, start);
  let key = '';
  while (cursor.at < last) {
    const [shared, own, length] = [cursor.number(), cursor.number(), cursor.number()];
    const valueStart = cursor.at + own;
    if (shared > key.length || valueStart + length > last) throw damaged(cursor.at);
    key = key.slice(0, shared) + String.fromCharCode(...bytes.subarray(cursor.at, valueStart));
    cursor.at = valueStart + length;
    yield { key, value: { start: valueStart, end: cursor.at } };
  }
}

class Cursor {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}

  /** A varint. */
  number(): number {
    let value = 0;
    for (let shift = 0; shift < 49; shift += 7) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) break;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw damaged(this.at);
  }
}

function damaged(at: number): ModelFormatError {
  return new ModelFormatError('the index of the variables is damaged', { got: `something else at byte ${at}` });
}
