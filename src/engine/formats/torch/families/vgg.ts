/** @file Chains of convolutions in a `Sequential` called `features`: VGG (Simonyan and Zisserman 2014) with and without batch normalisation, and AlexNet. */
import { INPUT, type NetworkWriter } from '../networkWriter';
import type { Family } from './family';

export const vgg: Family = {
  name: 'VGG',
  matches: (net) => net.has('features.0.weight') && net.dims('features.0.weight').length === 4 && heads(net).length > 0,
  write(net) {
    const alexNet = net.dims('features.0.weight')[2] === 11;
    const convolutions = chain(net, 'features.').filter((i) => net.dims(`features.${i}.weight`).length === 4);
    let x = INPUT;
    convolutions.forEach((i, position) => {
      const name = `features.${i}`;
      const [, , kernel = 3] = net.dims(`${name}.weight`);
      x = net.conv(x, name, alexNet && position === 0 ? { stride: 4, padding: 2 } : { padding: kernel >> 1 });
      const normalized = net.has(`features.${i + 1}.running_mean`);
      if (normalized) x = net.batchNorm(x, `features.${i + 1}`);
      x = net.relu(x, `features.${i}.relu`);
      // Activations and pools have no weights, but numbers.
      const next = convolutions[position + 1] ?? Infinity;
      if (next > i + (normalized ? 3 : 2)) x = net.maxPool(x, `features.${i}.pool`, alexNet ? 3 : 2, 2);
    });
    const [, channels = 3] = net.dims('features.0.weight');
    const layers = heads(net);
    const [last = 0] = net.dims(`features.${convolutions.at(-1) ?? 0}.weight`);
    const [, read = last] = net.dims(`${layers[0] ?? ''}.weight`);
    x = read === last ? net.globalAverage(x, 'avgpool') : net.op('Flatten', 'flatten', [x]);
    layers.forEach((name, i) => {
      x = net.linear(x, name);
      if (i < layers.length - 1) x = net.relu(x, `${name}.relu`);
    });
    // The map that the first dense layer reads fixes the size of the images.
    return read === last ? { logits: x, channels, usualSide: 32 } : { logits: x, channels, side: 224 };
  },
};

/** Numbers of the members with a weight of their own. */
function chain(net: NetworkWriter, prefix: string): number[] {
  return net.numbers(prefix).filter((i) => net.has(`${prefix}${i}.weight`));
}

/** The dense layers at the end. */
function heads(net: NetworkWriter): string[] {
  if (net.has('classifier.weight')) return ['classifier'];
  return chain(net, 'classifier.').map((i) => `classifier.${i}`);
}
