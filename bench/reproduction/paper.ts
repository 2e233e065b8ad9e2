/** @file The numbers of the paper (Wang et al., "Neural Cleanse", IEEE S&P 2019), beside which ours are shown; shares in %. Read off its figures where it prints none. */
import type { TaskName } from './tasks';

/** Omniglot stands in for YouTube Face. */
export const PAPER_TASK: Readonly<Record<TaskName, string>> = {
  mnist: 'MNIST',
  gtsrb: 'GTSRB',
  omniglot: 'Omniglot (YouTube Face)',
};

type PerTask<T> = Readonly<Record<TaskName, T>>;

/** Table II. */
export const ATTACK: PerTask<{ readonly success: number; readonly infected: number; readonly clean: number }> = {
  mnist: { success: 99.9, infected: 98.54, clean: 98.88 },
  gtsrb: { success: 97.4, infected: 96.51, clean: 96.83 },
  omniglot: { success: 97.2, infected: 97.5, clean: 98.14 },
};

/** Fig. 3, and Fig. 18: scanned with half of the test images. */
export const INDEX: PerTask<Readonly<Record<'infected' | 'clean' | 'infectedHalf' | 'cleanHalf', number>>> = {
  mnist: { infected: 4.28, clean: 1.69, infectedHalf: 3.99, cleanHalf: 1.59 },
  gtsrb: { infected: 3.54, clean: 1.65, infectedHalf: 3.12, cleanHalf: 1.35 },
  omniglot: { infected: 3.91, clean: 1.86, infectedHalf: 3.91, cleanHalf: 1.55 },
};

/** Fig. 4: norms of uninfected labels: least, quartiles, most. */
export const UNINFECTED: PerTask<readonly number[]> = {
  mnist: [76, 84, 89, 101, 119],
  gtsrb: [43, 56, 66, 75, 104],
  omniglot: [59, 128, 148, 169, 282],
};

/** Fig. 6. */
export const REVERSED_NORM: PerTask<number> = { mnist: 12, gtsrb: 14.71, omniglot: 22.79 };

/** Tables III and V. */
export const NEURONS: PerTask<Readonly<Record<'clean' | 'reversed' | 'original' | 'overlap', number>>> = {
  mnist: { clean: 1.19, reversed: 4.2, original: 4.74, overlap: 0.807 },
  gtsrb: { clean: 42.86, reversed: 270.11, original: 304.05, overlap: 0.892 },
  omniglot: { clean: 137.21, reversed: 1003.56, original: 1172.29, overlap: 0.583 },
};

/** Fig. 8: shares of clean images that may be rejected, and of stamped ones that pass. */
export const FILTER_RATES = [0.001, 0.005, 0.01, 0.05] as const;
export const FILTER_MISSED: PerTask<readonly number[]> = {
  mnist: [8, 4.3, 2, 0.1],
  gtsrb: [4.1, 3.2, 2.7, 1.6],
  omniglot: [8, 3.9, 2.9, 0.7],
};

/** Table IV: accuracy and attack success. */
export const UNLEARNING: PerTask<
  Readonly<Record<'before' | 'reversed' | 'original' | 'clean', readonly [number, number]>>
> = {
  mnist: { before: [98.54, 99.9], reversed: [97.69, 0.57], original: [97.77, 0.29], clean: [97.38, 93.37] },
  gtsrb: { before: [96.51, 97.4], reversed: [92.91, 0.14], original: [90.06, 0.19], clean: [92.02, 95.69] },
  omniglot: { before: [97.5, 97.2], reversed: [97.9, 6.7], original: [97.9, 0], clean: [97.8, 95.1] },
};

/** Figs. 9, 10, 21 and 22, what the text says of them. */
export const PRUNING: PerTask<string> = {
  mnist:
    '10 to 30 % of the second-to-last layer; last convolution: success < 1 % at < 0.8 points lost, at most 8 % pruned',
  gtsrb: '30 % of the second-to-last layer: success about 0, 5.06 points lost; last convolution as MNIST',
  omniglot: 'second-to-last layer: success 1.6 % at 16 points lost; last convolution as MNIST',
};

/** Fig. 11: index with a noise square. */
export const NOISE_INDEX: PerTask<number> = { mnist: 3.71, gtsrb: 2.66, omniglot: 2.67 };

/** Figs. 12 and 13: index, norm of the infected label and median norm of the others on GTSRB, by side of the square. */
export const SIZES: Readonly<
  Record<number, { readonly index: number; readonly infected: number; readonly others: number }>
> = {
  4: { index: 2.87, infected: 14, others: 63 },
  6: { index: 2.3, infected: 20, others: 74 },
  8: { index: 2.02, infected: 35, others: 78 },
  10: { index: 1.76, infected: 42, others: 79 },
  12: { index: 1.63, infected: 52, others: 81 },
  14: { index: 1.45, infected: 85, others: 85 },
  16: { index: 1.68, infected: 97, others: 81 },
};

/** Fig. 15: index by number of infected labels on GTSRB, from 1 on. */
export const LABELS_INDEX = [3.11, 2.9, 2.98, 2.42, 2.43, 2.23, 2.19, 2.07, 1.95, 2.01, 1.99, 1.57, 1.56] as const;

/** The Trojan models, by the shape of the trigger: all that the paper says of them. Norms are of the reversed and the original trigger, neurons as in {@link NEURONS}. */
export const TROJAN = {
  square: {
    ...{
      success: 99.9,
      accuracy: 70.8,
      index: 5.75,
      norms: '311 / 3481',
      neurons: '2.14 / 8.10 / 17.11',
      overlap: 0.104,
    },
    ...{ passed: 4.3, pruned: '10.1 / 87.3', unlearned: { reversed: 3.7, original: 0, clean: 10.91 } },
  },
  watermark: {
    ...{
      success: 97.6,
      accuracy: 71.4,
      index: 3.66,
      norms: '574 / 3598',
      neurons: '1.20 / 6.93 / 13.97',
      overlap: 0.117,
    },
    ...{ passed: 28.5, pruned: '–', unlearned: { reversed: 0, original: 0, clean: 0 } },
  },
} as const;
