/** @file The networks that the paper trains from scratch (Tables VII to IX), and a smaller one for many classes. */
import type { Layer } from '../training/buildNetwork';

export type Architecture = 'mnist' | 'gtsrb' | 'deepid' | 'omniglot';

const relu = { kind: 'relu' } as const;
const pool = { kind: 'pool' } as const;
const flatten = { kind: 'flatten' } as const;
const conv = (filters: number, kernel: number, same: boolean): Layer => ({ kind: 'conv', filters, kernel, same });
const dense = (units: number): Layer => ({ kind: 'dense', units });
const dropout = (rate: number): Layer => ({ kind: 'dropout', rate });

/** Layers before the soft-max. */
export const ARCHITECTURES: Readonly<Record<Architecture, (classes: number) => readonly Layer[]>> = {
  mnist: (classes) => [
    ...[conv(16, 5, false), relu, pool, conv(32, 5, false), relu, pool, flatten],
    ...[dense(512), relu, dense(classes)],
  ],
  // First convolution of each pair "same", second "valid", drop-out as in the authors' code.
  gtsrb: (classes) => [
    ...[32, 64, 128].flatMap((filters) => [
      ...[conv(filters, 3, true), relu, conv(filters, 3, false), relu, pool, dropout(0.2)],
    ]),
    ...[flatten, dense(512), relu, dropout(0.5), dense(classes)],
  ],
  // The table prints strides of 2 in the convolutions, after which nothing of 55×47 pixels would be left.
  deepid: (classes) => [
    ...[conv(20, 4, false), relu, pool, conv(40, 3, false), relu, pool, conv(60, 3, false), relu, pool],
    {
      kind: 'sum',
      branches: [
        [flatten, dense(160)],
        [conv(80, 2, false), relu, flatten, dense(160)],
      ],
    },
    ...[relu, dense(classes)],
  ],
  // Not the paper's: small, so that a thousand labels can be scanned.
  omniglot: (classes) => [
    ...[conv(8, 5, false), relu, pool, conv(32, 5, false), relu, pool, flatten],
    ...[dense(128), relu, dense(classes)],
  ],
};
