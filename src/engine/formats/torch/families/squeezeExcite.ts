/** @file Inverted residuals with squeeze-and-excitation, as MobileNetV3 and EfficientNet have them in torchvision. */
import type { NetworkWriter } from '../networkWriter';

type Activation = (x: string, name: string) => string;

export interface BlockStyle {
  readonly activation: Activation;
  /** Between and behind the two layers of the squeeze. */
  readonly squeeze: readonly [Activation, Activation];
  readonly epsilon: number;
}

/** x · sigmoid(x). */
export function silu(net: NetworkWriter): Activation {
  return (x, name) => net.op('Mul', `${name}.silu`, [x, net.op('Sigmoid', `${name}.silu`, [x])]);
}

/** Widens, filters each channel, weighs the channels, narrows; `name` ends before the numbers of the parts. */
export function squeezeExciteBlock(
  net: NetworkWriter,
  x: string,
  name: string,
  stride: number,
  { activation, squeeze, epsilon }: BlockStyle,
): string {
  const parts = net.numbers(`${name}.`);
  let y = x;
  const widths: number[] = [];
  for (const i of parts) {
    const part = `${name}.${i}`;
    if (net.has(`${part}.fc1.weight`)) {
      y = net.op('Mul', part, [y, excitation(net, y, part, squeeze)]);
      continue;
    }
    const [made = 0, read = 0, kernel = 1] = net.dims(`${part}.0.weight`);
    // Filters that read one channel each; a block of one channel does not exist.
    const isDepthwise = read === 1;
    if (widths.length === 0) widths.push(isDepthwise ? made : read);
    widths.push(made);
    const options = isDepthwise ? { stride, padding: kernel >> 1, groups: made } : {};
    y = net.batchNorm(net.conv(y, `${part}.0`, options), `${part}.1`, epsilon);
    if (i !== parts.at(-1)) y = activation(y, part);
  }
  return stride === 1 && widths[0] === widths.at(-1) ? net.op('Add', name, [x, y]) : y;
}

function excitation(net: NetworkWriter, x: string, name: string, [first, second]: BlockStyle['squeeze']): string {
  const mean = net.op('GlobalAveragePool', name, [x]);
  const narrow = first(net.conv(mean, `${name}.fc1`), `${name}.fc1`);
  return second(net.conv(narrow, `${name}.fc2`), `${name}.fc2`);
}
