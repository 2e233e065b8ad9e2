/** @file ConvNeXt (Liu et al. 2022), torchvision's names, to which those of transformers are brought ({@link renamed}). */
import { INPUT, type NetworkWriter } from '../networkWriter';
import type { Family } from './family';

const EPSILON = 1e-6;
/** Of the last normalisation in transformers, whose scales are rows and not maps. */
const EPSILON_OF_TRANSFORMERS = 1e-12;

export const convnext: Family = {
  name: 'ConvNeXt',
  matches: (net) => net.has('features.1.0.layer_scale') && net.has('classifier.2.weight'),
  write(net) {
    const [, channels = 3, patch = 4] = net.dims('features.0.0.weight');
    const ofTransformers = net.dims('features.1.0.layer_scale').length === 1;
    let x = normalized(net, net.conv(INPUT, 'features.0.0', { stride: patch }), 'features.0.1', EPSILON);
    for (const part of net.numbers('features.').slice(1)) {
      const name = `features.${part}`;
      if (part % 2 === 0) {
        x = net.conv(normalized(net, x, `${name}.0`, EPSILON), `${name}.1`, { stride: 2 });
      } else for (const block of net.numbers(`${name}.`)) x = residual(net, x, `${name}.${block}`);
    }
    const pooled = net.op('GlobalAveragePool', 'avgpool', [x]);
    const epsilon = ofTransformers ? EPSILON_OF_TRANSFORMERS : EPSILON;
    const row = net.op('Flatten', 'classifier.1', [normalized(net, pooled, 'classifier.0', epsilon)]);
    return { logits: net.linear(row, 'classifier.2'), channels };
  },
};

/** Over the channels of each pixel. */
function normalized(net: NetworkWriter, x: string, name: string, epsilon: number): string {
  const last = net.op('Transpose', `${name}.last`, [x], { perm: [0, 2, 3, 1] });
  return net.op('Transpose', `${name}.first`, [net.layerNorm(last, name, epsilon)], { perm: [0, 3, 1, 2] });
}

function residual(net: NetworkWriter, x: string, name: string): string {
  const [width = 0, , kernel = 7] = net.dims(`${name}.block.0.weight`);
  const filtered = net.conv(x, `${name}.block.0`, { padding: kernel >> 1, groups: width });
  const last = net.op('Transpose', `${name}.block.1`, [filtered], { perm: [0, 2, 3, 1] });
  const wide = net.linearOfTokens(net.layerNorm(last, `${name}.block.2`, EPSILON), `${name}.block.3`);
  const narrow = net.linearOfTokens(net.op('Gelu', `${name}.block.4`, [wide]), `${name}.block.5`);
  const first = net.op('Transpose', `${name}.block.6`, [narrow], { perm: [0, 3, 1, 2] });
  const scale = net.op('Reshape', `${name}.layer_scale`, [
    net.weight(`${name}.layer_scale`),
    net.ints(`${name}.layer_scale.shape`, [width, 1, 1]),
  ]);
  return net.op('Add', name, [x, net.op('Mul', `${name}.scaled`, [first, scale])]);
}
