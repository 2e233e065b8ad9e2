/** @file Logistic regression on a label's evidence, cross-validated by leaving out one task and network at a time, and ROC. */

export interface LabelRow {
  /** What is left out together. */
  readonly group: string;
  readonly model: string;
  /** Each the larger, the more it speaks for a backdoor. */
  readonly features: readonly number[];
  /** The attacker's label. */
  readonly infected: boolean;
}

/** Keeps weights finite where the classes can be told apart without a fault. */
const RIDGE = 0.05;
const STEPS = 200;

/**
 * Weights of `[1, ...features]`, those of the features at least 0: one that would count against its meaning only makes up for another, so it
 * is left out.
 */
export function fit(rows: readonly LabelRow[]): number[] {
  const size = rows[0]?.features.length ?? 0;
  let used = Array.from({ length: size }, (_, i) => i);
  for (;;) {
    const [bias = 0, ...weights] = newton(
      rows.map(({ features, infected }) => ({ features: used.map((i) => features[i] ?? 0), infected })),
    );
    const least = Math.min(0, ...weights);
    if (least === 0) {
      const all = new Array<number>(size).fill(0);
      used.forEach((feature, i) => (all[feature] = weights[i] ?? 0));
      return [bias, ...all];
    }
    used = used.filter((_, i) => weights[i] !== least);
  }
}

/** Logistic regression by Newton's method. */
function newton(rows: readonly Pick<LabelRow, 'features' | 'infected'>[]): number[] {
  const size = 1 + (rows[0]?.features.length ?? 0);
  let weights = new Array<number>(size).fill(0);
  for (let step = 0; step < STEPS; step++) {
    const gradient = weights.map((weight, i) => (i === 0 ? 0 : RIDGE * weight));
    const hessian = weights.map((_, i) => weights.map((__, j) => (i === j ? (i === 0 ? 1e-9 : RIDGE) : 0)));
    for (const row of rows) {
      const x = [1, ...row.features];
      const p = 1 / (1 + Math.exp(-dot(weights, x)));
      x.forEach((value, i) => {
        gradient[i]! += (p - Number(row.infected)) * value;
        x.forEach((other, j) => (hessian[i]![j]! += p * (1 - p) * value * other));
      });
    }
    const change = solve(hessian, gradient);
    weights = weights.map((weight, i) => weight - (change[i] ?? 0));
    if (Math.max(...change.map(Math.abs)) < 1e-9) break;
  }
  return weights;
}

export function logOdds(weights: readonly number[], { features }: Pick<LabelRow, 'features'>): number {
  return dot(weights, [1, ...features]);
}

/** Log-odds of each row by weights that were fitted without its group, to those that teach. */
export function crossValidated<Row extends LabelRow>(
  rows: readonly Row[],
  teaches: (row: Row) => boolean = () => true,
): number[] {
  const weights = new Map(
    [...new Set(rows.map(({ group }) => group))].map((group) => [
      group,
      fit(rows.filter((row) => teaches(row) && row.group !== group)),
    ]),
  );
  return rows.map((row) => logOdds(weights.get(row.group) ?? [], row));
}

/** Probability that a positive scores higher than a negative, ties half. */
export function rocAuc(scores: readonly number[], positive: readonly boolean[]): number {
  const [high, low] = [true, false].map((want) => scores.filter((_, i) => positive[i] === want));
  let wins = 0;
  for (const a of high!) for (const b of low!) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / (high!.length * low!.length);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}

/** Gauss elimination with pivots. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    const pivot = rows
      .slice(column)
      .reduce((best, row, i) => (Math.abs(row[column]!) > Math.abs(rows[best]![column]!) ? column + i : best), column);
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = rows[row]![column]! / rows[column]![column]!;
      rows[row] = rows[row]!.map((value, i) => value - factor * rows[column]![i]!);
    }
  }
  return rows.map((row, i) => row[size]! / row[i]!);
}
