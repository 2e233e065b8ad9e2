/**
 * @file Reads pickles (protocols 0 to 5 as far as PyTorch writes them) without running them. A pickle is a program for a stack machine that may call anything in
 * Python; here a call makes a {@link Called}, which says what would have been called with what, and nothing else happens.
 */
import { damaged, PickleBytes } from './pickleBytes';

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

const MARK = Symbol('mark');
type Slot = PickleValue | typeof MARK;

/** Throws {@link ModelFormatError} for damaged pickles and for operations that PyTorch never writes. */
export function readPickle(bytes: Uint8Array): Pickle {
  return new Machine(new PickleBytes(bytes)).run();
}

/** Operations are named by their byte; Python's `pickletools` describes them. */
class Machine {
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, PickleValue>();
  readonly #globals = new Set<string>();

  constructor(private readonly bytes: PickleBytes) {}

  run(): Pickle {
    for (;;) {
      const operation = String.fromCharCode(this.bytes.uint8());
      if (operation === '.') return { value: this.#pop(), globals: this.#globals, length: this.bytes.length };
      if (this.#change(operation)) continue;
      let value = this.#literal(operation);
      if (value === undefined) value = this.#collection(operation);
      if (value === undefined) value = this.#object(operation);
      if (value === undefined) {
        throw damaged('operations that PyTorch writes', `operation 0x${operation.charCodeAt(0).toString(16)}`);
      }
      this.#stack.push(value);
    }
  }

  /** Operations that push no value of their own: marks, memory, and what is put into the value on top. */
  #change(operation: string): boolean {
    const { bytes } = this;
    switch (operation) {
      case '\x80': // Protocol
        bytes.take(1);
        return true;
      case '\x95': // Frame
        bytes.take(8);
        return true;
      case '(':
        this.#stack.push(MARK);
        return true;
      case '0':
        this.#pop();
        return true;
      case '1':
        this.#toMark();
        return true;
      case 'q':
        this.#memo.set(bytes.uint8(), this.#top());
        return true;
      case 'r':
        this.#memo.set(bytes.uint32(), this.#top());
        return true;
      case 'p':
        this.#memo.set(Number(bytes.line()), this.#top());
        return true;
      case '\x94':
        this.#memo.set(this.#memo.size, this.#top());
        return true;
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

  /** Constants, numbers and texts. */
  #literal(operation: string): PickleValue | undefined {
    const { bytes } = this;
    switch (operation) {
      case 'N':
        return null;
      case '\x88':
        return true;
      case '\x89':
        return false;
      case 'K':
        return bytes.uint8();
      case 'M':
        return bytes.uint16();
      case 'J':
        return bytes.int32();
      case 'G':
        return bytes.float64();
      case '\x8a':
        return bytes.integer(bytes.uint8());
      case '\x8b':
        return bytes.integer(bytes.uint32());
      case 'I': {
        const line = bytes.line();
        return line === '01' ? true : line === '00' ? false : Number(line);
      }
      case 'L':
        return Number(bytes.line().replace(/L$/, ''));
      case 'F':
        return Number(bytes.line());
      case '\x8c':
      case 'U':
        return bytes.text(bytes.uint8());
      case 'X':
      case 'T':
        return bytes.text(bytes.uint32());
      case '\x8d':
        return bytes.text(bytes.uint64());
      case 'V':
      case 'S':
        return bytes.line().replace(/^'(.*)'$/, '$1');
      case 'C':
        return bytes.take(bytes.uint8());
      case 'B':
        return bytes.take(bytes.uint32());
      case '\x8e':
      case '\x96':
        return bytes.take(bytes.uint64());
      default:
        return undefined;
    }
  }

  /** Dictionaries, lists, tuples and sets, and values that stand there already. */
  #collection(operation: string): PickleValue | undefined {
    switch (operation) {
      case '}':
        return new Map();
      case ']':
      case ')':
      case '\x8f':
        return [];
      case 'l':
      case 't':
      case '\x91':
        return this.#toMark();
      case '\x85':
      case '\x86':
      case '\x87':
        return this.#take(operation.charCodeAt(0) - 0x84);
      case 'd': {
        const dictionary = new Map<PickleValue, PickleValue>();
        this.#put(dictionary, this.#toMark());
        return dictionary;
      }
      case '2':
        return this.#top();
      case 'h':
        return this.#recall(this.bytes.uint8());
      case 'j':
        return this.#recall(this.bytes.uint32());
      case 'g':
        return this.#recall(Number(this.bytes.line()));
      default:
        return undefined;
    }
  }

  /** What Python would import and call. */
  #object(operation: string): PickleValue | undefined {
    switch (operation) {
      case 'c':
        return this.#global(this.bytes.line(), this.bytes.line());
      case '\x93': {
        const [module, name] = this.#take(2);
        if (typeof module === 'string' && typeof name === 'string') return this.#global(module, name);
        throw damaged('names of a global', 'something else');
      }
      case 'Q':
        return new Persistent(this.#pop());
      case 'P':
        return new Persistent(this.bytes.line());
      case 'R':
      case '\x81':
      case '\x92': {
        const [callee, args] = this.#take(operation === '\x92' ? 3 : 2);
        return this.#call(callee, args ?? null);
      }
      case 'i': {
        const callee = this.#global(this.bytes.line(), this.bytes.line());
        return this.#call(callee, this.#toMark());
      }
      case 'o': {
        const [callee, ...args] = this.#toMark();
        return this.#call(callee, args);
      }
      default:
        return undefined;
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
}
