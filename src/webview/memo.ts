/** @file Keeps what was computed last as long as it is asked for with the same inputs. */

export class Memo<T> {
  #inputs: readonly unknown[] | undefined;
  #value: T | undefined;

  /** `inputs` are compared one by one, by identity. */
  of(inputs: readonly unknown[], compute: () => T): T {
    if (this.#inputs?.length !== inputs.length || this.#inputs.some((input, i) => input !== inputs[i])) {
      this.#value = compute();
      this.#inputs = inputs;
    }
    return this.#value as T;
  }
}
