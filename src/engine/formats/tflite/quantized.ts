/** @file What quantised activations do besides rounding: they end at the smallest and the largest number that the type has. */
import type { TfliteOperator, TfliteTensor } from './contents';
import type { GraphBuilder } from './graphBuilder';

const RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  INT8: [-128, 127],
  UINT8: [0, 255],
  INT16: [-32768, 32767],
};

/** These give numbers that they were given, or shares, which end by themselves. */
const MOVING =
  /^(SOFTMAX|LOG_SOFTMAX|LOGISTIC|QUANTIZE|RESHAPE|SQUEEZE|EXPAND_DIMS|TRANSPOSE|PACK|SPLIT|SPLIT_V|GATHER|SLICE|STRIDED_SLICE|PAD|TILE|MAX_POOL_2D|DEQUANTIZE|SHAPE)$/;

/** Whether a tensor's numbers stand for others. */
export function isQuantized(tensor: TfliteTensor | undefined): boolean {
  return tensor?.quantization !== undefined && RANGES[tensor.type] !== undefined;
}

/** The value within the range of the tensor that it is stored in. */
export function saturated(b: GraphBuilder, { op, outputs }: TfliteOperator, at: number, value: string): string {
  const index = outputs[at] ?? -1;
  const tensor = b.tensor(index);
  const [least, most] = RANGES[tensor?.type ?? ''] ?? [];
  const { scales, zeroPoints } = tensor?.quantization ?? { scales: [], zeroPoints: [] };
  const [scale] = scales;
  if (least === undefined || most === undefined || scale === undefined || MOVING.test(op)) return value;
  const bound = (q: number): string => b.scalar(scale * (q - (zeroPoints[0] ?? 0)));
  return b.node('Minimum', index, [b.node('Maximum', index, [value, bound(least)]), bound(most)]);
}
