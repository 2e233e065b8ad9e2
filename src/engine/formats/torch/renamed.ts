/** @file Names of the transformers library, brought to those of torchvision, which the families know. */

const number = (digits: string | undefined, factor: number, offset: number): string =>
  String(factor * Number(digits) + offset);

/** The first that fits counts. */
const RULES: readonly (readonly [pattern: RegExp, name: (...parts: (string | undefined)[]) => string])[] = [
  [/^resnet\.embedder\.embedder\.convolution\.(.+)$/, (rest) => `conv1.${rest}`],
  [/^resnet\.embedder\.embedder\.normalization\.(.+)$/, (rest) => `bn1.${rest}`],
  [
    /^resnet\.encoder\.stages\.(\d+)\.layers\.(\d+)\.layer\.(\d+)\.(convolution|normalization)\.(.+)$/,
    (stage, block, layer, kind, rest) =>
      `layer${number(stage, 1, 1)}.${block}.${kind === 'convolution' ? 'conv' : 'bn'}${number(layer, 1, 1)}.${rest}`,
  ],
  [
    /^resnet\.encoder\.stages\.(\d+)\.layers\.(\d+)\.shortcut\.(convolution|normalization)\.(.+)$/,
    (stage, block, kind, rest) =>
      `layer${number(stage, 1, 1)}.${block}.downsample.${kind === 'convolution' ? 0 : 1}.${rest}`,
  ],
  [/^convnext\.embeddings\.patch_embeddings\.(.+)$/, (rest) => `features.0.0.${rest}`],
  [/^convnext\.embeddings\.layernorm\.(.+)$/, (rest) => `features.0.1.${rest}`],
  [
    /^convnext\.encoder\.stages\.(\d+)\.layers\.(\d+)\.layer_scale_parameter$/,
    (stage, block) => `features.${number(stage, 2, 1)}.${block}.layer_scale`,
  ],
  [
    /^convnext\.encoder\.stages\.(\d+)\.layers\.(\d+)\.(dwconv|layernorm|pwconv1|pwconv2)\.(.+)$/,
    (stage, block, kind, rest) =>
      `features.${number(stage, 2, 1)}.${block}.block.${CONVNEXT_PARTS[kind ?? ''] ?? ''}.${rest}`,
  ],
  [
    /^convnext\.encoder\.stages\.(\d+)\.downsampling_layer\.(\d)\.(.+)$/,
    (stage, part, rest) => `features.${number(stage, 2, 0)}.${part}.${rest}`,
  ],
  [/^convnext\.layernorm\.(.+)$/, (rest) => `classifier.0.${rest}`],
];

const CONVNEXT_PARTS: Readonly<Record<string, number>> = { dwconv: 0, layernorm: 2, pwconv1: 3, pwconv2: 5 };

/** What the last layers are called, by the first part of all other names. */
const HEADS: Readonly<Record<string, readonly [RegExp, string]>> = {
  resnet: [/^classifier\.1\./, 'fc.'],
  convnext: [/^classifier\./, 'classifier.2.'],
};

/** The names, in their order, as torchvision would have them; the same ones where they are not of transformers. */
export function renamed(names: readonly string[]): string[] {
  const head = names.map((name) => HEADS[name.split('.')[0] ?? '']).find((found) => found !== undefined);
  return names.map((name) => {
    for (const [pattern, rename] of RULES) {
      const match = pattern.exec(name);
      if (match !== null) return rename(...match.slice(1));
    }
    return head === undefined ? name : name.replace(head[0], head[1]);
  });
}
