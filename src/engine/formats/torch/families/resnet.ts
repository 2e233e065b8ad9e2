/**
 * @file Residual networks (He et al. 2015): torchvision's, ResNeXt and wide ones among them, and those for small images that are usual with CIFAR-10, whose first
 * convolution is 3×3 and whose shortcuts are called so; also with pre-activation (He et al. 2016).
 */
import { INPUT, type NetworkWriter } from '../networkWriter';
import type { Family } from './family';

const CIFAR_SIDE = 32;

export const resnet: Family = {
  name: 'ResNet',
  matches: (net) => net.has('conv1.weight') && net.has('layer1.0.conv1.weight') && classifierOf(net) !== undefined,
  write(net) {
    const [, channels = 3, kernel = 7] = net.dims('conv1.weight');
    const small = kernel < 7;
    const preActivated = !net.has('bn1.weight');
    let x = net.conv(INPUT, 'conv1', { stride: small ? 1 : 2, padding: kernel >> 1 });
    if (!preActivated) x = net.relu(net.batchNorm(x, 'bn1'), 'relu');
    if (!small) x = net.maxPool(x, 'maxpool', 3, 2, 1);
    for (const layer of net.numbers('layer')) {
      for (const block of net.numbers(`layer${layer}.`)) {
        const stride = layer > 1 && block === 0 ? 2 : 1;
        x = (preActivated ? preActivatedBlock : residualBlock)(net, x, `layer${layer}.${block}`, stride);
      }
    }
    if (net.has('bn.weight')) x = net.relu(net.batchNorm(x, 'bn'), 'bn.relu');
    const logits = net.linear(net.globalAverage(x, 'avgpool'), classifierOf(net) ?? 'fc');
    return { logits, channels, ...(small && { usualSide: CIFAR_SIDE }) };
  },
};

function classifierOf(net: NetworkWriter): string | undefined {
  return ['fc', 'linear'].find((name) => net.has(`${name}.weight`));
}

function residualBlock(net: NetworkWriter, x: string, name: string, stride: number): string {
  const convolutions = net.numbers(`${name}.conv`);
  const strided = convolutions.length === 3 ? 2 : 1;
  const shortcut = shortcutOf(net, x, name, stride);
  let y = x;
  for (const i of convolutions) {
    y = net.batchNorm(convolution(net, y, `${name}.conv${i}`, i === strided ? stride : 1), `${name}.bn${i}`);
    if (i < convolutions.length) y = net.relu(y, `${name}.relu${i}`);
  }
  return net.relu(net.op('Add', name, [y, shortcut]), name);
}

function preActivatedBlock(net: NetworkWriter, x: string, name: string, stride: number): string {
  const convolutions = net.numbers(`${name}.conv`);
  const strided = convolutions.length === 3 ? 2 : 1;
  let y = net.relu(net.batchNorm(x, `${name}.bn1`), `${name}.relu1`);
  // Behind the first activation, where it has weights.
  const shortcut = net.has(`${name}.shortcut.0.weight`) ? net.conv(y, `${name}.shortcut.0`, { stride }) : x;
  for (const i of convolutions) {
    if (i > 1) y = net.relu(net.batchNorm(y, `${name}.bn${i}`), `${name}.relu${i}`);
    y = convolution(net, y, `${name}.conv${i}`, i === strided ? stride : 1);
  }
  return net.op('Add', name, [y, shortcut]);
}

/** Groups follow from the shape: those of the block's earlier convolution divided by the channels that each filter reads. */
function convolution(net: NetworkWriter, x: string, name: string, stride: number): string {
  const [, read = 1, kernel = 1] = net.dims(`${name}.weight`);
  const before = name.replace(/(\d)$/, (digit) => String(Number(digit) - 1));
  const [channels = read] = net.has(`${before}.weight`) ? net.dims(`${before}.weight`) : [];
  return net.conv(x, name, { stride, padding: kernel >> 1, groups: Math.max(1, Math.round(channels / read)) });
}

function shortcutOf(net: NetworkWriter, x: string, name: string, stride: number): string {
  const projection = ['downsample', 'shortcut'].find((part) => net.has(`${name}.${part}.0.weight`));
  if (projection !== undefined) {
    return net.batchNorm(net.conv(x, `${name}.${projection}.0`, { stride }), `${name}.${projection}.1`);
  }
  if (stride === 1) return x;
  // Without weights: every other pixel, and zeros for the channels that are new.
  const every = net.op('Slice', `${name}.shortcut`, [
    x,
    net.ints(`${name}.shortcut.starts`, [0, 0]),
    net.ints(`${name}.shortcut.ends`, [2 ** 31 - 1, 2 ** 31 - 1]),
    net.ints(`${name}.shortcut.axes`, [2, 3]),
    net.ints(`${name}.shortcut.steps`, [stride, stride]),
  ]);
  const [made = 0, read = 0] = net.dims(`${name}.conv1.weight`);
  const zeros = (made - read) >> 1;
  return net.op('Pad', `${name}.shortcut`, [
    every,
    net.ints(`${name}.shortcut.pads`, [0, zeros, 0, 0, 0, zeros, 0, 0]),
  ]);
}
