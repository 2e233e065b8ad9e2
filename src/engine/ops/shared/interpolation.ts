/** @file Where Resize reads along one axis, computed in float32 as ONNX Runtime does. */
import { stringAttribute, unsupported } from './attributes';
import type { WindowContext } from './window';

/** Adds `weight` times element `index` of the input to element `output`. */
export interface Tap {
  readonly output: number;
  readonly index: number;
  readonly weight: number;
}

export interface Interpolation {
  /** Sizes of input and output. */
  readonly from: number;
  readonly to: number;
  /** In order of the outputs. */
  readonly taps: readonly Tap[];
}

/** The interpolation by attributes `mode`, `coordinate_transformation_mode` and `nearest_mode`. */
export function interpolation(context: WindowContext, from: number, to: number, scale: number): Interpolation {
  const mode = stringAttribute(context, 'mode', 'nearest');
  const tapsAt = mode === 'nearest' ? nearest(context, from) : mode === 'linear' ? linear(from) : undefined;
  if (tapsAt === undefined) throw unsupported(context, `mode "${mode}"`);
  const position = coordinates(context, from, to, scale);
  const taps = Array.from({ length: to }, (_, output) =>
    tapsAt(Math.fround(position(output))).map((tap) => ({ output, ...tap })),
  ).flat();
  return { from, to, taps };
}

/** Position in the input that an element of the output stands for. */
function coordinates(context: WindowContext, from: number, to: number, scale: number): (output: number) => number {
  const halfPixel = (output: number): number => Math.fround(Math.fround(output + 0.5) / scale) - 0.5;
  const mode = stringAttribute(context, 'coordinate_transformation_mode', 'half_pixel');
  switch (mode) {
    case 'half_pixel':
      return halfPixel;
    case 'pytorch_half_pixel':
      return to > 1 ? halfPixel : () => 0;
    case 'asymmetric':
      return (output) => output / scale;
    case 'align_corners':
      return to > 1 ? (output) => Math.fround(output * (from - 1)) / (to - 1) : () => 0;
    default:
      throw unsupported(context, `coordinate_transformation_mode "${mode}"`);
  }
}

type Taps = (position: number) => Omit<Tap, 'output'>[];

function nearest(context: WindowContext, from: number): Taps {
  const mode = stringAttribute(context, 'nearest_mode', 'round_prefer_floor');
  const rounds: Record<string, (position: number) => number> = {
    floor: Math.floor,
    ceil: Math.ceil,
    round_prefer_floor: (position) => Math.ceil(position - 0.5),
    round_prefer_ceil: (position) => Math.floor(position + 0.5),
  };
  const round = rounds[mode];
  if (round === undefined) throw unsupported(context, `nearest_mode "${mode}"`);
  return (position) => [{ index: Math.min(Math.max(round(position), 0), from - 1), weight: 1 }];
}

function linear(from: number): Taps {
  return (position) => {
    const inside = Math.min(Math.max(position, 0), from - 1);
    const index = Math.floor(inside);
    const above = Math.fround(inside - index);
    const tap = { index, weight: 1 - above };
    return above === 0 ? [tap] : [tap, { index: index + 1, weight: above }];
  };
}
