/** @file From figures to pixels: axes with round numbers. */

export interface Scale {
  readonly ticks: readonly number[];
  position(value: number): number;
}

/** `domain` grows to round numbers; `range` may run backwards, as vertical axes do. `count` ticks, roughly. */
export function linearScale(domain: readonly [number, number], range: readonly [number, number], count: number): Scale {
  const step = roundStep((domain[1] - domain[0]) / Math.max(1, count));
  const first = Math.floor(domain[0] / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(domain[1] / step - 1e-9));
  return {
    // Steps are counted, not added up, so that 0.3 stays 0.3.
    ticks: Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12))),
    position: (value) => range[0] + ((value / step - first) / (last - first)) * (range[1] - range[0]),
  };
}

/** Powers of ten; what is not above 0 lies at the lower end. */
export function logScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const first = Math.floor(Math.log10(domain[0]));
  const last = Math.max(first + 1, Math.ceil(Math.log10(domain[1])));
  return {
    ticks: Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`)),
    position: (value) => {
      const exponent = value > 0 ? Math.max(first, Math.log10(value)) : first;
      return range[0] + ((exponent - first) / (last - first)) * (range[1] - range[0]);
    },
  };
}

/** 1, 2 or 5 times a power of ten, at least `step`. */
export function roundStep(step: number): number {
  if (!(step > 0) || !Number.isFinite(step)) return 1;
  const power = 10 ** Math.floor(Math.log10(step));
  const digit = [1, 2, 5, 10].find((candidate) => candidate * power >= step * (1 - 1e-9)) ?? 10;
  return digit * power;
}
