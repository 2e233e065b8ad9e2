/**
 * @file Reads pickles (protocols 0 to 5 as far as PyTorch writes them) without running them. A pickle is a program for a stack machine that may call anything in
 * Python; here a call makes a {@link Called}, which says what would have been called with what, and nothing else happens.
 */
import { ModelFormatError } from '../../support/errors';
import { dataView } from '../../containers/zip/directory';

/** A function or class by its Python name. */
export class Global {
  constructor(readonly name: string) {}
}

/** What calling a global would have made. */
export class Called {
  /** What Python would have handed to `__setstate__`, or to `__dict__`. */
  state: PickleValue = null;
  /** What would have been put under keys, as of an `OrderedDict`. */
  readonly items = new Map<PickleValue, PickleValue>();

  constructor(
    readonly name: string,
    readonly args: PickleValue,
  ) {}
}

/** What the pickle refers to outside of itself; PyTorch's storages. */
export class Persistent {
  constructor(readonly id: PickleValue) {}
}

/** Python's dictionaries are maps, its lists and tuples arrays. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | Global
  | Called
  | Persistent
  | PickleValue[]
  | Map<PickleValue, PickleValue>;

export interface Pickle {
  readonly value: PickleValue;
  /** Names of all globals that it mentions. */
  readonly globals: ReadonlySet<string>;
  /** Bytes up to and including the end mark. */
  readonly length: number;
}

/** PyTorch's largest is its magic number of 10 bytes. */
const MAX_LONG = 64;

const MARK = Symbol('mark');
type Slot = PickleValue | typeof MARK;

/** Throws {@link ModelFormatError} for damaged pickles and for operations that PyTorch never writes. */
export function readPickle(bytes: Uint8Array): Pickle {
  return new Machine(bytes).run();
}

class Machine {
  readonly #view: DataView;
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, PickleValue>();
  readonly #globals = new Set<string>();
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.#view = dataView(bytes);
  }

  run(): Pickle {
    for (;;) {
      const operation = String.fromCharCode(this.#byte());
      if (operation === '.') return { value: this.#pop(), globals: this.#globals, length: this.#at };
      this.#step(operation);
    }
  }

  #step(operation: string): void {
    switch (operation) {
      case '\x80': // PROTO
        this.#skip(1);
        return;
      case '\x95': // FRAME
        this.#skip(8);
        return;
      case '(':
        this.#stack.push(MARK);
        return;
      case '0':
        this.#pop();
        return;
      case '1':
        this.#toMark();
        return;
      case '2':
        this.#stack.push(this.#top());
        return;
      case 'N':
        this.#stack.push(null);
        return;
      case '\x88':
        this.#stack.push(true);
        return;
      case '\x89':
        this.#stack.push(false);
        return;
      default:
        if (this.#number(operation) || this.#text(operation) || this.#memory(operation)) return;
        if (this.#collection(operation) || this.#object(operation)) return;
        throw damaged('operations that PyTorch writes', `operation 0x${operation.charCodeAt(0).toString(16)}`);
    }
  }

  #number(operation: string): boolean {
    switch (operation) {
      case 'K':
        this.#stack.push(this.#byte());
        return true;
      case 'M':
        this.#stack.push(this.#view.getUint16(this.#skip(2), true));
        return true;
      case 'J':
        this.#stack.push(this.#view.getInt32(this.#skip(4), true));
        return true;
      case 'G':
        this.#stack.push(this.#view.getFloat64(this.#skip(8)));
        return true;
      case '\x8a':
        this.#stack.push(this.#long(this.#byte()));
        return true;
      case '\x8b':
        this.#stack.push(this.#long(this.#view.getUint32(this.#skip(4), true)));
        return true;
      case 'I': {
        const line = this.#line();
        this.#stack.push(line === '01' ? true : line === '00' ? false : Number(line));
        return true;
      }
      case 'L':
        this.#stack.push(Number(this.#line().replace(/L$/, '')));
        return true;
      case 'F':
        this.#stack.push(Number(this.#line()));
        return true;
      default:
        return false;
    }
  }

  #text(operation: string): boolean {
    const sized = (length: number): Uint8Array => this.bytes.subarray(this.#skip(length), this.#at);
    const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    switch (operation) {
      case 'X':
        this.#stack.push(decode(sized(this.#view.getUint32(this.#skip(4), true))));
        return true;
      case '\x8c':
      case 'U':
        this.#stack.push(decode(sized(this.#byte())));
        return true;
      case 'T':
        this.#stack.push(decode(sized(this.#view.getUint32(this.#skip(4), true))));
        return true;
      case '\x8d':
        this.#stack.push(decode(sized(this.#length64())));
        return true;
      case 'C':
        this.#stack.push(sized(this.#byte()));
        return true;
      case 'B':
        this.#stack.push(sized(this.#view.getUint32(this.#skip(4), true)));
        return true;
      case '\x8e':
      case '\x96':
        this.#stack.push(sized(this.#length64()));
        return true;
      case 'V':
      case 'S':
        this.#stack.push(this.#line().replace(/^'(.*)'$/, '$1'));
        return true;
      default:
        return false;
    }
  }

  #memory(operation: string): boolean {
    switch (operation) {
      case 'q':
        this.#memo.set(this.#byte(), this.#top());
        return true;
      case 'r':
        this.#memo.set(this.#view.getUint32(this.#skip(4), true), this.#top());
        return true;
      case 'p':
        this.#memo.set(Number(this.#line()), this.#top());
        return true;
      case '\x94':
        this.#memo.set(this.#memo.size, this.#top());
        return true;
      case 'h':
        this.#stack.push(this.#recall(this.#byte()));
        return true;
      case 'j':
        this.#stack.push(this.#recall(this.#view.getUint32(this.#skip(4), true)));
        return true;
      case 'g':
        this.#stack.push(this.#recall(Number(this.#line())));
        return true;
      default:
        return false;
    }
  }

  #collection(operation: string): boolean {
    switch (operation) {
      case '}':
        this.#stack.push(new Map());
        return true;
      case ']':
      case ')':
        this.#stack.push([]);
        return true;
      case 'l':
      case 't':
        this.#stack.push(this.#toMark());
        return true;
      case '\x8f': // A set
        this.#stack.push([]);
        return true;
      case '\x91': // A frozen set
        this.#stack.push(this.#toMark());
        return true;
      case '\x85':
      case '\x86':
      case '\x87':
        this.#stack.push(this.#take(operation.charCodeAt(0) - 0x84));
        return true;
      case 'd': {
        const dictionary = new Map<PickleValue, PickleValue>();
        this.#put(dictionary, this.#toMark());
        this.#stack.push(dictionary);
        return true;
      }
      case 's': {
        const pair = this.#take(2);
        this.#put(this.#top(), pair);
        return true;
      }
      case 'u': {
        const pairs = this.#toMark();
        this.#put(this.#top(), pairs);
        return true;
      }
      case 'a': {
        const item = this.#pop();
        this.#append(this.#top(), [item]);
        return true;
      }
      case 'e':
      case '\x90': {
        const items = this.#toMark();
        this.#append(this.#top(), items);
        return true;
      }
      default:
        return false;
    }
  }

  #object(operation: string): boolean {
    switch (operation) {
      case 'c': {
        const module = this.#line();
        this.#stack.push(this.#global(module, this.#line()));
        return true;
      }
      case '\x93': {
        const [module, name] = this.#take(2);
        if (typeof module !== 'string' || typeof name !== 'string')
          throw damaged('names of a global', 'something else');
        this.#stack.push(this.#global(module, name));
        return true;
      }
      case 'Q':
        this.#stack.push(new Persistent(this.#pop()));
        return true;
      case 'P':
        this.#stack.push(new Persistent(this.#line()));
        return true;
      case 'R':
      case '\x81': {
        const [callee, args] = this.#take(2);
        this.#stack.push(this.#call(callee, args ?? null));
        return true;
      }
      case '\x92': {
        const [callee, args] = this.#take(3);
        this.#stack.push(this.#call(callee, args ?? null));
        return true;
      }
      case 'i': {
        const module = this.#line();
        const callee = this.#global(module, this.#line());
        this.#stack.push(this.#call(callee, this.#toMark()));
        return true;
      }
      case 'o': {
        const [callee, ...args] = this.#toMark();
        this.#stack.push(this.#call(callee, args));
        return true;
      }
      case 'b': {
        const state = this.#pop();
        const object = this.#top();
        if (object instanceof Called) object.state = state;
        return true;
      }
      default:
        return false;
    }
  }

  #global(module: string, name: string): Global {
    const full = `${module}.${name}`;
    this.#globals.add(full);
    return new Global(full);
  }

  #call(callee: PickleValue | undefined, args: PickleValue): Called {
    // Whoever hides a function in the result of another call wants it to be called all the same.
    return new Called(callee instanceof Global ? callee.name : 'the result of another call', args);
  }

  #put(target: PickleValue, pairs: readonly PickleValue[]): void {
    const items = target instanceof Called ? target.items : target instanceof Map ? target : undefined;
    if (items === undefined || pairs.length % 2 !== 0) throw damaged('pairs for a dictionary', 'something else');
    for (let i = 0; i < pairs.length; i += 2) items.set(pairs[i] ?? null, pairs[i + 1] ?? null);
  }

  #append(target: PickleValue, items: readonly PickleValue[]): void {
    if (Array.isArray(target)) for (const item of items) target.push(item);
    else if (!(target instanceof Called)) throw damaged('items for a list', 'something else');
  }

  #recall(key: number): PickleValue {
    const value = this.#memo.get(key);
    if (value === undefined) throw damaged('a value that was stored before', `number ${key}`);
    return value;
  }

  #top(): PickleValue {
    const slot = this.#stack.at(-1);
    if (slot === undefined || slot === MARK) throw damaged('a value', 'an empty stack');
    return slot;
  }

  #pop(): PickleValue {
    const slot = this.#top();
    this.#stack.pop();
    return slot;
  }

  #take(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #toMark(): PickleValue[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw damaged('a mark', 'none');
    return this.#stack.splice(mark).filter((slot): slot is PickleValue => slot !== MARK);
  }

  /** Moves on; returns where it was. */
  #skip(count: number): number {
    const at = this.#at;
    if (count > this.bytes.length - at) throw damaged('a whole pickle', 'one that ends early');
    this.#at += count;
    return at;
  }

  #byte(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  #length64(): number {
    return Number(this.#view.getBigUint64(this.#skip(8), true));
  }

  /** Little-endian two's complement; beyond 2⁵³ rounded, as nothing here needs more. */
  #long(length: number): number {
    if (length > MAX_LONG) throw damaged(`a number of at most ${MAX_LONG} bytes`, `${length} bytes`);
    const start = this.#skip(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[start + i] ?? 0);
    return Number(BigInt.asIntN(8 * length, value));
  }

  #line(): string {
    const end = this.bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw damaged('a whole pickle', 'one that ends early');
    const line = new TextDecoder().decode(this.bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return line;
  }
}

function damaged(expected: string, got: string): ModelFormatError {
  return new ModelFormatError('the pickled objects are damaged', { expected, got });
}
