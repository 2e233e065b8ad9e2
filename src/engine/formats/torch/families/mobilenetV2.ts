/** @file MobileNetV2 (Sandler et al. 2018), torchvision's names. */
import { INPUT, type NetworkWriter } from '../networkWriter';
import type { Family } from './family';

/** Of the stages of inverted residuals, each of other width than the one before. */
const STRIDES = [1, 2, 2, 2, 1, 2, 1];

export const mobilenetV2: Family = {
  name: 'MobileNetV2',
  matches: (net) => net.has('features.0.0.weight') && net.has('features.1.conv.0.0.weight'),
  write(net) {
    const [, channels = 3] = net.dims('features.0.0.weight');
    const normal = (x: string, name: string): string => net.relu6(net.batchNorm(x, `${name}.1`), `${name}.2`);
    let x = normal(net.conv(INPUT, 'features.0.0', { stride: 2, padding: 1 }), 'features.0');
    let [width = 0] = net.dims('features.0.0.weight');
    let stage = -1;
    for (const i of net.numbers('features.').slice(1, -1)) {
      const made = projectedTo(net, `features.${i}.conv`);
      if (made !== width || stage < 0) stage++;
      const stride = made !== width || stage === 0 ? (STRIDES[stage] ?? 1) : 1;
      const y = invertedResidual(net, x, `features.${i}.conv`, stride, normal);
      x = stride === 1 && made === width ? net.op('Add', `features.${i}`, [x, y]) : y;
      width = made;
    }
    const last = `features.${net.numbers('features.').at(-1) ?? 0}`;
    x = normal(net.conv(x, `${last}.0`), last);
    return { logits: net.linear(net.globalAverage(x, 'pool'), 'classifier.1'), channels };
  },
};

function projectedTo(net: NetworkWriter, name: string): number {
  const at = Math.max(...net.numbers(`${name}.`)) - 1;
  return net.dims(`${name}.${at}.weight`)[0] ?? 0;
}

/** Widens, filters each channel, narrows; the first block of a network does not widen. */
function invertedResidual(
  net: NetworkWriter,
  x: string,
  name: string,
  stride: number,
  normal: (x: string, name: string) => string,
): string {
  const widens = net.has(`${name}.1.0.weight`);
  const filter = `${name}.${widens ? 1 : 0}`;
  const wide = widens ? normal(net.conv(x, `${name}.0.0`), `${name}.0`) : x;
  const [groups = 1] = net.dims(`${filter}.0.weight`);
  const y = normal(net.conv(wide, `${filter}.0`, { stride, padding: 1, groups }), filter);
  const narrow = widens ? 2 : 1;
  return net.batchNorm(net.conv(y, `${name}.${narrow}`), `${name}.${narrow + 1}`);
}
