/** @file The settings of one layer, read with checks. */
import { ModelFormatError } from '../../support/errors';
import { isList, isObject, show, type JsonObject } from './json';

/** Every getter throws a {@link ModelFormatError} naming the layer where the setting is missing or wrong. */
export class LayerConfig {
  readonly #values: JsonObject;

  /** `place` names the layer in messages. */
  constructor(
    readonly place: string,
    values: JsonObject,
  ) {
    this.#values = values;
  }

  /** The setting as it stands in the file; `undefined` for an absent one and for null. */
  raw(key: string): unknown {
    return Object.hasOwn(this.#values, key) ? (this.#values[key] ?? undefined) : undefined;
  }

  /** A finite number; Keras wraps some as `{type: 'ndarray', value: 0.3}`. */
  number(key: string, fallback?: number): number {
    const raw = this.raw(key) ?? fallback;
    const value = isObject(raw) ? raw['value'] : raw;
    if (typeof value !== 'number') throw this.wrong(key, 'a number');
    return value;
  }

  integer(key: string, fallback?: number, minimum = -Infinity): number {
    const value = this.number(key, fallback);
    if (!Number.isSafeInteger(value) || value < minimum) {
      throw this.wrong(key, minimum > -Infinity ? `an integer of at least ${minimum}` : 'an integer');
    }
    return value;
  }

  /** Height and width; Keras also writes one number for both. */
  pair(key: string, fallback?: readonly [number, number], minimum = 1): [number, number] {
    const raw = this.raw(key) ?? fallback;
    const [first, second, ...rest] = isList(raw) ? raw : [raw, raw];
    const fits = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= minimum;
    if (!fits(first) || !fits(second) || rest.length > 0) {
      throw this.wrong(key, `two integers of at least ${minimum}`);
    }
    return [first, second];
  }

  string(key: string, fallback?: string): string {
    const value = this.raw(key) ?? fallback;
    if (typeof value !== 'string') throw this.wrong(key, 'a text');
    return value;
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.raw(key) ?? fallback;
    if (typeof value !== 'boolean') throw this.wrong(key, 'true or false');
    return value;
  }

  /** One integer or a list of them, as a list. */
  integers(key: string, fallback?: readonly number[]): number[] {
    const raw = this.raw(key) ?? fallback;
    const values = isList(raw) ? raw : [raw];
    return values.map((value) => {
      if (!Number.isSafeInteger(value)) throw this.wrong(key, 'integers');
      return Number(value);
    });
  }

  wrong(key: string, expected: string): ModelFormatError {
    const got = show(this.raw(key));
    return new ModelFormatError(`the setting "${key}" is wrong`, { place: this.place, expected, got });
  }
}
