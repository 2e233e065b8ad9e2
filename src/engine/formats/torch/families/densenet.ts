/** @file DenseNet (Huang et al. 2016), torchvision's names. */
import { INPUT } from '../networkWriter';
import type { Family } from './family';

export const densenet: Family = {
  name: 'DenseNet',
  matches: (net) => net.has('features.conv0.weight') && net.has('features.denseblock1.denselayer1.norm1.weight'),
  write(net) {
    const [, channels = 3, kernel = 7] = net.dims('features.conv0.weight');
    const normal = (x: string, name: string): string => net.relu(net.batchNorm(x, name), `${name}.relu`);
    let x = net.conv(INPUT, 'features.conv0', { stride: 2, padding: kernel >> 1 });
    x = net.maxPool(normal(x, 'features.norm0'), 'features.pool0', 3, 2, 1);
    for (const block of net.numbers('features.denseblock')) {
      for (const layer of net.numbers(`features.denseblock${block}.denselayer`)) {
        const name = `features.denseblock${block}.denselayer${layer}`;
        const narrow = net.conv(normal(x, `${name}.norm1`), `${name}.conv1`);
        const added = net.conv(normal(narrow, `${name}.norm2`), `${name}.conv2`, { padding: 1 });
        x = net.op('Concat', name, [x, added], { axis: 1 });
      }
      const transition = `features.transition${block}`;
      if (!net.has(`${transition}.conv.weight`)) continue;
      x = net.averagePool(net.conv(normal(x, `${transition}.norm`), `${transition}.conv`), `${transition}.pool`, 2);
    }
    x = normal(x, 'features.norm5');
    return { logits: net.linear(net.globalAverage(x, 'pool'), 'classifier'), channels };
  },
};
