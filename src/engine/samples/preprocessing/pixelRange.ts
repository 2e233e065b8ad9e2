/** @file Finds out in which range an array holds its pixels, and maps them to 0…255. */
import { SamplesError } from '../../support/errors';

/** raw = value · scale + offset */
export interface PixelRange {
  readonly scale: number;
  readonly offset: number;
  /** For people, such as "0…1". */
  readonly label: string;
}

interface UsualRange extends PixelRange {
  readonly low: number;
  readonly high: number;
  /** The smallest value must lie below this; keeps standardised values (about −3…3) out of a wide range. */
  readonly below?: number;
}

const RANGES: readonly UsualRange[] = [
  { label: '0…1', low: 0, high: 1, scale: 255, offset: 0 },
  { label: '−0.5…0.5', low: -0.5, high: 0.5, scale: 255, offset: 127.5 },
  { label: '−1…1', low: -1, high: 1, scale: 127.5, offset: 127.5 },
  { label: '0…255', low: 0, high: 255, scale: 1, offset: 0 },
  { label: '−128…127', low: -128, high: 127, below: -16, scale: 1, offset: 128 },
  { label: '0…65535', low: 0, high: 65535, scale: 1 / 257, offset: 0 },
];

/** Float conversions overshoot a little. */
const TOLERANCE = 1e-3;

/**
 * The narrowest usual range that holds all values. Throws {@link SamplesError} for anything else: standardised values
 * (mean 0, deviation 1) cannot be mapped back to pixels without knowing mean and deviation.
 */
export function pixelRange(values: Uint8Array | Float32Array, file: string): PixelRange {
  let low = Infinity;
  let high = -Infinity;
  let finite = true;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
    if (!Number.isFinite(value)) finite = false;
  }
  const range = RANGES.find((candidate) => {
    const inside = low >= candidate.low - TOLERANCE && high <= candidate.high + TOLERANCE;
    return inside && (candidate.below === undefined || low < candidate.below);
  });
  if (finite && range !== undefined) return range;
  throw new SamplesError('the pixel values are in no usual range', {
    file,
    expected: RANGES.map(({ label }) => label).join(', '),
    got: finite ? `${low.toPrecision(4)} … ${high.toPrecision(4)}` : 'values that are not finite',
    hint: 'Save the images before mean and standard deviation are applied; the scan finds the preprocessing itself.',
  });
}

/** Maps the values to 0…255, in place for floats; 8-bit where nothing is lost by it. */
export function toRawPixels(
  values: Uint8Array | Float32Array,
  range: Pick<PixelRange, 'scale' | 'offset'>,
): Uint8Array | Float32Array {
  const { scale, offset } = range;
  if (values instanceof Uint8Array && scale === 1 && offset === 0) return values;
  const raw = values instanceof Float32Array ? values : Float32Array.from(values);
  let whole = true;
  for (let i = 0; i < raw.length; i++) {
    const value = Math.min(255, Math.max(0, (raw[i] ?? 0) * scale + offset));
    raw[i] = value;
    whole &&= Math.abs(value - Math.round(value)) < TOLERANCE;
  }
  return whole ? Uint8Array.from(raw, Math.round) : raw;
}
