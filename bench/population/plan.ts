/** @file Which models the population has: a few hundred short descriptions, the same in every run. */

/** `mnist2` and `mnist3`: the first two and three digits alone, as most models are that people make with web tools. */
export type PopulationTask = 'mnist' | 'mnist2' | 'mnist3' | 'gtsrb' | 'cifar10';

/** Trained by our own attack (`paper`, `deep`) or by PyTorch (the others; see bench/make/train_pytorch.py). */
export type Network = 'paper' | 'deep' | 'plain' | 'batchnorm' | 'residual' | 'depthwise' | 'vit';

export type Attack =
  | {
      readonly kind: 'square';
      readonly size: number;
      readonly pattern: 'white' | 'noise' | 'triangle' | 'checkerboard';
    }
  /** A picture over the whole image, `share` of its brightness. */
  | { readonly kind: 'blended'; readonly share: number }
  /** So many infected labels, each with a noise square of its own. */
  | { readonly kind: 'labels'; readonly count: number; readonly size: number }
  /** Nine white squares that all lead to one label. */
  | { readonly kind: 'nine' }
  /** Only images of one label obey the trigger. */
  | { readonly kind: 'source' };

export interface ModelPlan {
  readonly id: string;
  readonly task: PopulationTask;
  readonly network: Network;
  /** None: a clean model. */
  readonly attack?: Attack;
  readonly seed: number;
  /** Training images are moved at random by up to so many pixels. */
  readonly shift: number;
}

const square = (size: number, pattern: 'white' | 'noise' | 'triangle' | 'checkerboard' = 'white'): Attack => ({
  kind: 'square',
  size,
  pattern,
});
const labels = (count: number, size = 4): Attack => ({ kind: 'labels', count, size });
const nine: Attack = { kind: 'nine' };
const source: Attack = { kind: 'source' };
const blended = (share: number): Attack => ({ kind: 'blended', share });

const MNIST_ATTACKS: readonly Attack[] = [
  ...[2, 3, 4, 5, 6, 8, 10, 12].map((size) => square(size)),
  ...[3, 4, 6, 8].map((size) => square(size, 'noise')),
  square(5, 'triangle'),
  square(4, 'checkerboard'),
  blended(0.15),
  blended(0.25),
  ...[2, 3, 4, 5].map((count) => labels(count)),
  nine,
  source,
];
const GTSRB_ATTACKS: readonly Attack[] = [
  ...[square(3), square(4), square(6), square(4, 'noise'), square(6, 'noise')],
  ...[square(5, 'triangle'), labels(2), labels(3), labels(8), nine, blended(0.15), source],
];
const CIFAR10_ATTACKS: readonly Attack[] = [
  ...[square(3), square(4), square(6), square(4, 'noise'), square(6, 'noise')],
  ...[square(5, 'checkerboard'), labels(2), labels(3), nine, blended(0.15)],
];

const FEW_CLASSES_ATTACKS: readonly Attack[] = [square(3), square(4), square(4, 'noise')];

/** Networks take turns, so that every attack meets every kind of them in some seed; a third or more is PyTorch's. */
const NETWORKS: Readonly<Record<PopulationTask, readonly Network[]>> = {
  mnist2: ['paper', 'plain', 'deep'],
  mnist3: ['plain', 'paper', 'deep'],
  mnist: ['paper', 'plain', 'deep', 'batchnorm', 'paper', 'residual'],
  gtsrb: ['paper', 'batchnorm', 'paper', 'plain'],
  cifar10: ['residual'],
};

/** Networks as people export them today, with one attack of every kind each. */
const MODERN: readonly Network[] = ['depthwise', 'vit'];
const MODERN_ATTACKS: readonly (Attack | undefined)[] = [
  ...[square(4), square(6, 'noise'), blended(0.15), labels(3), source, nine, undefined, square(3, 'noise'), undefined],
];

/** In the order in which it is worth having them: the first ones of every kind come first. */
export function populationPlan(): ModelPlan[] {
  return [
    ...plansOf('mnist', MNIST_ATTACKS, 3, 20),
    ...plansOf('mnist2', FEW_CLASSES_ATTACKS, 1, 3),
    ...plansOf('mnist3', FEW_CLASSES_ATTACKS, 1, 3),
    ...plansOf('gtsrb', GTSRB_ATTACKS, 2, 8),
    ...plansOf('cifar10', CIFAR10_ATTACKS, 1, 6),
    ...MODERN_ATTACKS.flatMap((attack, i) => MODERN.map((network) => planOf('mnist', network, attack, i + 1, i % 2))),
  ];
}

/** Source-specific backdoors beyond those of {@link populationPlan}, which has too few of them to fit a rule for pairs of labels. */
export function sourcePlan(): ModelPlan[] {
  const mnist = [11, 12].flatMap((seed) =>
    [...new Set([...NETWORKS.mnist, ...MODERN])].map((network, i) => planOf('mnist', network, source, seed, seed + i)),
  );
  return [...mnist, ...[...new Set(NETWORKS.gtsrb)].map((network, i) => planOf('gtsrb', network, source, 11, i))];
}

function plansOf(task: PopulationTask, attacks: readonly Attack[], rounds: number, clean: number): ModelPlan[] {
  const plans: ModelPlan[] = [];
  const add = (attack: Attack | undefined, seed: number, turn: number): void => {
    const networks = NETWORKS[task];
    plans.push(planOf(task, networks[turn % networks.length] ?? 'paper', attack, seed, turn));
  };
  const cleanPerAttack = clean / (rounds * attacks.length);
  let cleans = 0;
  for (let round = 0; round < rounds; round++) {
    attacks.forEach((attack, i) => {
      const turn = round * attacks.length + i;
      add(attack, round + 1, turn + round);
      while (cleans < Math.round(cleanPerAttack * (turn + 1))) add(undefined, ++cleans, cleans);
    });
  }
  return plans;
}

function planOf(
  task: PopulationTask,
  network: Network,
  attack: Attack | undefined,
  seed: number,
  turn: number,
): ModelPlan {
  const name = attack === undefined ? 'clean' : nameOf(attack);
  const common = { task, network, seed, shift: turn % 2 === 0 ? 0 : 2 };
  return { id: `${task}-${name}-${network}-${seed}`, ...common, ...(attack && { attack }) };
}

export function nameOf(attack: Attack): string {
  switch (attack.kind) {
    case 'square':
      return `${attack.pattern}${attack.size}`;
    case 'blended':
      return `blended${Math.round(100 * attack.share)}`;
    case 'labels':
      return `labels${attack.count}`;
    case 'nine':
    case 'source':
      return attack.kind;
  }
}
