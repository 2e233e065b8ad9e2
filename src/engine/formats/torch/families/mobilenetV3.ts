/** @file MobileNetV3 (Howard et al. 2019), torchvision's names. */
import { INPUT } from '../networkWriter';
import type { Family } from './family';
import { squeezeExciteBlock } from './squeezeExcite';

/** Strides of the blocks, and the first of them with hard swish in place of ReLU: nothing in the weights says so. By the number of blocks. */
const PUBLISHED: Readonly<Record<number, { readonly strides: readonly number[]; readonly firstHardSwish: number }>> = {
  11: { strides: [2, 2, 1, 2, 1, 1, 1, 1, 2, 1, 1], firstHardSwish: 3 },
  15: { strides: [1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1], firstHardSwish: 6 },
};
/** Of its batch normalisation. */
const EPSILON = 1e-3;

export const mobilenetV3: Family = {
  name: 'MobileNetV3',
  matches: (net) => net.has('features.1.block.0.0.weight') && blocksOf(net.numbers('features.').length) !== undefined,
  write(net) {
    const numbers = net.numbers('features.');
    const published = blocksOf(numbers.length);
    const hardSwish = (x: string, name: string): string => net.op('HardSwish', `${name}.hardswish`, [x]);
    const relu = (x: string, name: string): string => net.relu(x, `${name}.relu`);
    const hardSigmoid = (x: string, name: string): string =>
      net.op('HardSigmoid', `${name}.hardsigmoid`, [x], { alpha: 1 / 6, beta: 0.5 });
    const convolution = (x: string, name: string, stride = 1): string => {
      const [, , kernel = 1] = net.dims(`${name}.0.weight`);
      const y = net.conv(x, `${name}.0`, { stride, padding: kernel >> 1 });
      return hardSwish(net.batchNorm(y, `${name}.1`, EPSILON), name);
    };
    const [, channels = 3] = net.dims('features.0.0.weight');
    let x = convolution(INPUT, 'features.0', 2);
    for (const i of numbers.slice(1, -1)) {
      const stride = published?.strides[i - 1] ?? 1;
      const activation = i > (published?.firstHardSwish ?? 0) ? hardSwish : relu;
      x = squeezeExciteBlock(net, x, `features.${i}.block`, stride, {
        ...{ activation, squeeze: [relu, hardSigmoid], epsilon: EPSILON },
      });
    }
    x = net.globalAverage(convolution(x, `features.${numbers.at(-1) ?? 0}`), 'avgpool');
    x = hardSwish(net.linear(x, 'classifier.0'), 'classifier.0');
    return { logits: net.linear(x, 'classifier.3'), channels };
  },
};

/** Besides the first and the last convolution. */
function blocksOf(features: number): (typeof PUBLISHED)[number] | undefined {
  return PUBLISHED[features - 2];
}
