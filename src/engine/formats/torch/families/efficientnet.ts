/** @file EfficientNet (Tan and Le 2019), torchvision's names, B0 to B7. */
import { INPUT } from '../networkWriter';
import type { Family } from './family';
import { silu, squeezeExciteBlock } from './squeezeExcite';

/** Of the first block of each stage. */
const STRIDES = [1, 2, 2, 2, 1, 2, 1];
/** Channels of the last convolution from B5 on, which has another epsilon. */
const WIDE = 2048;

export const efficientnet: Family = {
  name: 'EfficientNet',
  matches: (net) => net.has('features.1.0.block.0.0.weight') && net.has('features.1.0.block.1.fc1.weight'),
  write(net) {
    const stages = net.numbers('features.');
    const last = `features.${stages.at(-1) ?? 0}`;
    const epsilon = (net.dims(`${last}.0.weight`)[0] ?? 0) >= WIDE ? 1e-3 : 1e-5;
    const activation = silu(net);
    const sigmoid = (x: string, name: string): string => net.op('Sigmoid', `${name}.sigmoid`, [x]);
    const convolution = (x: string, name: string, stride: number): string => {
      const [, , kernel = 1] = net.dims(`${name}.0.weight`);
      return activation(
        net.batchNorm(net.conv(x, `${name}.0`, { stride, padding: kernel >> 1 }), `${name}.1`, epsilon),
        name,
      );
    };
    const [, channels = 3] = net.dims('features.0.0.weight');
    let x = convolution(INPUT, 'features.0', 2);
    for (const stage of stages.slice(1, -1)) {
      for (const block of net.numbers(`features.${stage}.`)) {
        const stride = block === 0 ? (STRIDES[stage - 1] ?? 1) : 1;
        x = squeezeExciteBlock(net, x, `features.${stage}.${block}.block`, stride, {
          ...{ activation, squeeze: [activation, sigmoid], epsilon },
        });
      }
    }
    return { logits: net.linear(net.globalAverage(convolution(x, last, 1), 'avgpool'), 'classifier.1'), channels };
  },
};
