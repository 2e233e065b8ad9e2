/** @file Vision transformers (Dosovitskiy et al. 2020) and DeiT without distillation, by the names of torchvision, timm and transformers. */
import { UnsupportedModelError } from '../../../support/errors';
import { INPUT, type NetworkWriter } from '../networkWriter';
import type { Family } from './family';

/** Where a library puts what; prefixes end before the dot. */
interface Style {
  readonly patches: string;
  readonly token: string;
  readonly positions: string;
  /** Up to the number of the block. */
  readonly blocks: string;
  readonly norms: readonly [before: string, after: string];
  /** One matrix for queries, keys and values, or three. */
  readonly fused?: { readonly weight: string; readonly bias: string };
  readonly separate?: readonly [query: string, key: string, value: string];
  readonly projection: string;
  /** Under one of these names. */
  readonly dense: readonly (readonly [first: string, second: string])[];
  readonly norm: string;
  readonly head: string;
  readonly epsilon: number;
}

const STYLES: readonly Style[] = [
  {
    ...{ patches: 'conv_proj', token: 'class_token', positions: 'encoder.pos_embedding' },
    ...{ blocks: 'encoder.layers.encoder_layer_', norms: ['ln_1', 'ln_2'], projection: 'self_attention.out_proj' },
    fused: { weight: 'self_attention.in_proj_weight', bias: 'self_attention.in_proj_bias' },
    dense: [
      ['mlp.0', 'mlp.3'],
      ['mlp.linear_1', 'mlp.linear_2'],
    ],
    ...{ norm: 'encoder.ln', head: 'heads.head', epsilon: 1e-6 },
  },
  {
    ...{ patches: 'patch_embed.proj', token: 'cls_token', positions: 'pos_embed', blocks: 'blocks.' },
    ...{ norms: ['norm1', 'norm2'], projection: 'attn.proj', dense: [['mlp.fc1', 'mlp.fc2']] },
    fused: { weight: 'attn.qkv.weight', bias: 'attn.qkv.bias' },
    ...{ norm: 'norm', head: 'head', epsilon: 1e-6 },
  },
  {
    ...{ patches: 'vit.embeddings.patch_embeddings.projection', token: 'vit.embeddings.cls_token' },
    ...{ positions: 'vit.embeddings.position_embeddings', blocks: 'vit.encoder.layer.' },
    norms: ['layernorm_before', 'layernorm_after'],
    separate: ['attention.attention.query', 'attention.attention.key', 'attention.attention.value'],
    ...{ projection: 'attention.output.dense', dense: [['intermediate.dense', 'output.dense']] },
    ...{ norm: 'vit.layernorm', head: 'classifier', epsilon: 1e-12 },
  },
];

/** By the width of a token, as all published networks have them; narrower ones have 64 numbers a head. */
const HEADS: Readonly<Record<number, number>> = { 1280: 16, 1408: 16, 1664: 16 };

export const vit: Family = {
  name: 'vision transformer',
  matches: (net) => styleOf(net) !== undefined,
  write(net) {
    const style = styleOf(net);
    if (style === undefined) throw new RangeError('No vision transformer');
    const [width = 0, channels = 3, kernel = 16] = net.dims(`${style.patches}.weight`);
    const [, positions = 1] = net.dims(style.positions);
    const along = Math.sqrt(positions - 1);
    if (!Number.isInteger(along)) {
      throw new UnsupportedModelError(
        'the network has more tokens than patches of a square image and one class token',
        {
          place: `"${style.positions}"`,
          got: `${positions} positions`,
        },
      );
    }
    const patches = net.conv(INPUT, style.patches, { stride: kernel });
    const flat = net.op('Reshape', 'tokens', [patches, net.ints('tokens.shape', [0, width, -1])]);
    let x = withClassToken(net, net.op('Transpose', 'tokens', [flat], { perm: [0, 2, 1] }), style);
    x = net.op('Add', style.positions, [x, net.weight(style.positions)]);
    for (const i of net.numbers(style.blocks)) x = block(net, x, `${style.blocks}${i}`, style, width);
    x = net.layerNorm(x, style.norm, style.epsilon);
    const first = net.op('Gather', 'class', [x, net.ints('class.index', [0])], { axis: 1 });
    return { logits: net.linear(net.op('Flatten', 'class', [first]), style.head), channels, side: along * kernel };
  },
};

function styleOf(net: NetworkWriter): Style | undefined {
  return STYLES.find(({ patches, token, head }) =>
    [`${patches}.weight`, token, `${head}.weight`].every((name) => net.has(name)),
  );
}

/** The token in front of each image's; a first token times zero has as many images as there are, whatever their number. */
function withClassToken(net: NetworkWriter, tokens: string, { token }: Style): string {
  const first = net.op('Gather', 'class.batch', [tokens, net.ints('class.batch.index', [0])], { axis: 1 });
  const nothing = net.op('Mul', 'class.batch', [first, net.scalar('class.batch.zero', 0)]);
  const own = net.op('Add', token, [nothing, net.weight(token)]);
  return net.op('Concat', 'tokens', [own, tokens], { axis: 1 });
}

function block(net: NetworkWriter, x: string, name: string, style: Style, width: number): string {
  const [before, after] = style.norms;
  const attended = attention(net, net.layerNorm(x, `${name}.${before}`, style.epsilon), name, style, width);
  const y = net.op('Add', `${name}.attended`, [x, attended]);
  const names = style.dense.find(([first]) => net.has(`${name}.${first}.weight`)) ?? style.dense[0];
  const [first = '', second = ''] = names ?? [];
  const wide = net.linearOfTokens(net.layerNorm(y, `${name}.${after}`, style.epsilon), `${name}.${first}`);
  const active = net.op('Gelu', `${name}.gelu`, [wide]);
  return net.op('Add', name, [y, net.linearOfTokens(active, `${name}.${second}`)]);
}

function attention(net: NetworkWriter, x: string, name: string, style: Style, width: number): string {
  const heads = HEADS[width] ?? Math.max(1, width >> 6);
  const size = width / heads;
  const place = `${name}.${style.projection}`;
  const split = (value: string, part: string, perm: readonly number[]): string => {
    const shaped = net.op('Reshape', part, [value, net.ints(`${part}.shape`, [0, 0, heads, size])]);
    return net.op('Transpose', part, [shaped], { perm });
  };
  const [queries = '', keys = '', values = ''] = projections(net, x, name, style, width);
  const q = split(queries, `${place}.queries`, [0, 2, 1, 3]);
  const k = split(keys, `${place}.keys`, [0, 2, 3, 1]);
  const v = split(values, `${place}.values`, [0, 2, 1, 3]);
  const scores = net.op('Mul', `${place}.scores`, [
    net.op('MatMul', `${place}.scores`, [q, k]),
    net.scalar(`${place}.scale`, size ** -0.5),
  ]);
  const mixed = net.op('MatMul', `${place}.mixed`, [net.op('Softmax', `${place}.scores`, [scores], { axis: -1 }), v]);
  const joined = net.op('Reshape', `${place}.mixed`, [
    net.op('Transpose', `${place}.mixed`, [mixed], { perm: [0, 2, 1, 3] }),
    net.ints(`${place}.shape`, [0, 0, width]),
  ]);
  return net.linearOfTokens(joined, place);
}

/** Queries, keys and values `[N, T, width]`. */
function projections(net: NetworkWriter, x: string, name: string, style: Style, width: number): string[] {
  const { fused, separate } = style;
  if (separate !== undefined) return separate.map((part) => net.linearOfTokens(x, `${name}.${part}`));
  const [weight, bias] = [`${name}.${fused?.weight ?? ''}`, `${name}.${fused?.bias ?? ''}`];
  const all = net.linearOfTokens(x, weight, weight, bias);
  return [0, 1, 2].map((i) =>
    net.op('Slice', `${weight}.${i}`, [
      all,
      net.ints(`${weight}.${i}.start`, [i * width]),
      net.ints(`${weight}.${i}.end`, [(i + 1) * width]),
      net.ints(`${weight}.${i}.axis`, [2]),
    ]),
  );
}
