/**
 * @file Seeded random numbers: sfc32 (Chris Doty-Humphrey, PractRand; public domain). Period at least 2^32, passes
 * PractRand and BigCrush, and gives the same numbers on every machine. Not for secrets.
 */

export class Random {
  #a: number;
  #b: number;
  #c = 0;
  #counter = 1;

  /** `seed` and `stream` are unsigned 32-bit; different streams of one seed are independent. */
  constructor(seed: number, stream = 0) {
    this.#a = seed | 0;
    this.#b = stream | 0;
    // The first outputs of close seeds resemble each other; PractRand discards 12 to 15.
    for (let i = 0; i < 15; i++) this.bits();
  }

  /** 32 random bits as an unsigned integer. */
  bits(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in [low, high), 53 bits. */
  uniform(low = 0, high = 1): number {
    const fraction = ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53;
    return low + (high - low) * fraction;
  }

  /** Uniform integer in 0…bound − 1. */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** Gaussian (Box–Muller; the second of the pair is dropped). */
  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Shuffles in place (Fisher–Yates) and returns the same array. */
  shuffle<T extends Int32Array | unknown[]>(items: T): T {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      const item: unknown = items[last];
      items[last] = items[other];
      items[other] = item;
    }
    return items;
  }
}
