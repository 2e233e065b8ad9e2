/** @file SqueezeNet 1.0 and 1.1 (Iandola et al. 2016), torchvision's names. */
import { INPUT } from '../networkWriter';
import type { Family } from './family';

export const squeezenet: Family = {
  name: 'SqueezeNet',
  matches: (net) => net.has('features.3.squeeze.weight') && net.has('classifier.1.weight'),
  write(net) {
    const [, channels = 3] = net.dims('features.0.weight');
    let x = net.relu(net.conv(INPUT, 'features.0', { stride: 2 }), 'features.1');
    let before = 1;
    for (const i of net.numbers('features.').slice(1)) {
      // Pools have no weights, but numbers.
      if (i > before + 1) x = net.maxPool(x, `features.${i - 1}`, 3, 2, 0, true);
      const name = `features.${i}`;
      const squeezed = net.relu(net.conv(x, `${name}.squeeze`), `${name}.squeeze.relu`);
      const one = net.relu(net.conv(squeezed, `${name}.expand1x1`), `${name}.expand1x1.relu`);
      const three = net.relu(net.conv(squeezed, `${name}.expand3x3`, { padding: 1 }), `${name}.expand3x3.relu`);
      x = net.op('Concat', name, [one, three], { axis: 1 });
      before = i;
    }
    x = net.relu(net.conv(x, 'classifier.1'), 'classifier.2');
    return { logits: net.globalAverage(x, 'classifier.3'), channels };
  },
};
