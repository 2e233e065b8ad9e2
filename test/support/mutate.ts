/** @file Random damage to model files: to bytes, to the JSON, ZIP and protobuf structures they are made of. */
import { unzipSync, zipSync } from 'fflate';
import { applyEdits } from '../../src/engine/formats/onnx/proto/edit';
import { BYTES, Wire, type Field, type Span } from '../../src/engine/formats/wire';

/** Xorshift32. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** An integer in `[0, limit)`. */
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return Math.floor(((this.#state >>> 0) / 2 ** 32) * limit);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;

const INTERESTING = [
  0,
  1,
  2,
  127,
  128,
  255,
  256,
  32767,
  32768,
  65535,
  65536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 53,
  2 ** 62,
];

const anywhere: readonly Mutation[] = [
  function flipBits(bytes, random) {
    const copy = bytes.slice();
    for (let n = 1 + random.below(8); n > 0; n--) copy[random.below(copy.length)]! ^= 1 << random.below(8);
    return copy;
  },
  function setByte(bytes, random) {
    const copy = bytes.slice();
    copy[random.below(copy.length)] = random.pick([0, 1, 127, 128, 255, random.below(256)]);
    return copy;
  },
  function truncate(bytes, random) {
    return bytes.slice(0, random.below(bytes.length));
  },
  function deleteBlock(bytes, random) {
    const { start, end } = block(bytes, random);
    return join(bytes.subarray(0, start), bytes.subarray(end));
  },
  function duplicateBlock(bytes, random) {
    const { start, end } = block(bytes, random);
    return join(bytes.subarray(0, end), bytes.subarray(start));
  },
  function moveBlock(bytes, random) {
    const { start, end } = block(bytes, random);
    const copy = bytes.slice();
    copy.copyWithin(random.below(bytes.length), start, end);
    return copy;
  },
  function bumpInteger(bytes, random) {
    const copy = bytes.slice();
    const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
    const size = random.pick([2, 4, 8]);
    if (copy.length < size) return copy;
    const offset = random.below(copy.length - size + 1);
    const value = BigInt(random.pick(INTERESTING));
    const change = random.below(2) === 0;
    if (size === 2)
      view.setUint16(
        offset,
        change ? view.getUint16(offset, true) + random.below(5) - 2 : Number(value & 0xffffn),
        true,
      );
    else if (size === 4)
      view.setUint32(
        offset,
        change ? view.getUint32(offset, true) + random.below(5) - 2 : Number(value & 0xffffffffn),
        true,
      );
    else
      view.setBigUint64(offset, change ? view.getBigUint64(offset, true) + BigInt(random.below(5) - 2) : value, true);
    return copy;
  },
  function changeDigit(bytes, random) {
    const copy = bytes.slice();
    const from = random.below(copy.length);
    const at = copy.findIndex((byte, i) => i >= from && byte >= 48 && byte <= 57);
    if (at >= 0) copy[at] = random.pick([45, 46, 48, 57, 101, 123]);
    return copy;
  },
];

/** One random mutation of any kind that suits the content. */
export function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  const structured = random.below(2) === 0 ? structuredMutation(bytes) : undefined;
  return (structured ?? random.pick(anywhere))(bytes, random);
}

function structuredMutation(bytes: Uint8Array): Mutation | undefined {
  if (bytes[0] === 0x7b || bytes[0] === 0x5b) return mutateJson;
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return mutateZip;
  return bytes[0] === 8 && bytes[2] !== 0 ? mutateProtobuf : undefined;
}

function block(bytes: Uint8Array, random: Random): Span {
  const start = random.below(bytes.length);
  return { start, end: Math.min(bytes.length, start + 1 + random.below(random.pick([4, 64, 4096]))) };
}

/** Damages one member and leaves the archive sound. */
function mutateZip(bytes: Uint8Array, random: Random): Uint8Array {
  const members = unzipped(bytes);
  if (Object.keys(members).length === 0) return random.pick(anywhere)(bytes, random);
  const name = random.pick(Object.keys(members));
  const content = members[name] ?? new Uint8Array();
  const action = random.below(10);
  const rest = Object.fromEntries(Object.entries(members).filter(([other]) => other !== name));
  if (action === 0) return zipSync(rest, { level: 0 });
  if (action === 1) return zipSync({ ...rest, [`${name}/../x`]: content }, { level: 0 });
  return zipSync({ ...rest, [name]: content.length === 0 ? content : mutate(content, random) }, { level: 0 });
}

/** Nothing where an earlier mutation broke the archive. */
function unzipped(bytes: Uint8Array): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes);
  } catch {
    return {};
  }
}

/** Damages one field of a message and keeps the lengths around it right. */
function mutateProtobuf(bytes: Uint8Array, random: Random): Uint8Array {
  const wire = new Wire(bytes);
  let field: Field | undefined;
  let span: Span = wire.all;
  for (let depth = 1 + random.below(6); depth > 0; depth--) {
    const inner = fieldsOf(wire, span).filter((candidate) => candidate.wire === BYTES);
    if (inner.length === 0) break;
    field = random.pick(inner);
    span = field;
  }
  if (field === undefined) return bytes;
  const old = bytes.subarray(field.start, field.end);
  const replacement = random.pick<() => Uint8Array>([
    () => new Uint8Array(),
    () => join(old, old),
    () => Uint8Array.from({ length: random.below(12) }, () => random.below(256)),
    () => (old.length === 0 ? old : random.pick(anywhere)(old.slice(), random)),
  ])();
  return applyEdits(bytes, [{ at: field, bytes: replacement }]);
}

function fieldsOf(wire: Wire, span: Span): Field[] {
  try {
    return [...wire.fields(span)];
  } catch {
    return [];
  }
}

const ODD_VALUES = [
  null,
  true,
  -1,
  0,
  0.5,
  1e9,
  2 ** 40,
  1e308,
  '',
  '../x',
  '__proto__',
  'Dense',
  [],
  {},
  [[]],
  [-1],
  [null],
  [1e9, 1e9],
  { class_name: 'Lambda', config: {} },
];

/** Replaces, removes or doubles one random value; keys like `__proto__` too. */
function mutateJson(bytes: Uint8Array, random: Random): Uint8Array {
  const root: unknown = parse(bytes);
  const places: [Record<string, unknown>, string][] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const holder = value as Record<string, unknown>;
    for (const key of Object.keys(holder)) {
      places.push([holder, key]);
      visit(holder[key]);
    }
  };
  visit(root);
  if (places.length === 0) return bytes;
  const [holder, key] = random.pick(places);
  const action = random.below(4);
  if (action === 0) Reflect.deleteProperty(holder, key);
  else if (action === 1)
    Object.defineProperty(holder, random.pick(['__proto__', 'constructor', 'x']), {
      value: holder[key],
      enumerable: true,
    });
  else if (action === 2) holder[key] = random.pick(places)[0];
  else holder[key] = random.pick(ODD_VALUES);
  try {
    return new TextEncoder().encode(JSON.stringify(root));
  } catch {
    // The value was put inside itself.
    return bytes;
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    whole.set(part, filled);
    filled += part.length;
  }
  return whole;
}
