/** @file Fisher's linear discriminant between clean and stamped images. */

export interface Discriminant {
  /** `[size]`; 0 for evidence that is not looked at. */
  readonly weights: Float32Array;
  readonly offset: number;
}

/** Most evidence that is looked at: that which differs most. More costs time and tells hardly more. */
const MOST = 512;
/** Share of the covariance that is replaced by independent noise, so that few images are not learned by heart (Ledoit and Wolf, 2004). */
const SHRINKAGE = 0.3;
/** Every neuron varies at least so much, as a share of what neurons vary on average: some are never excited by clean images. */
const LEAST_DEVIATION = 0.01;

/**
 * Direction that tells stamped from clean rows best, given how both vary. The score counts standard deviations of the clean rows
 * from their mean. All rows are of one size; both must not be empty.
 */
export function fitDiscriminant(clean: readonly Float32Array[], stamped: readonly Float32Array[]): Discriminant {
  const means = columnMeans(clean);
  const stampedMeans = columnMeans(stamped);
  const deviations = deviationsOf(variances(clean, means), variances(stamped, stampedMeans));
  const shift = stampedMeans.map((mean, i) => (mean - (means[i] ?? 0)) / (deviations[i] ?? 1));
  const chosen = Array.from(shift.keys())
    .sort((a, b) => Math.abs(shift[b] ?? 0) - Math.abs(shift[a] ?? 0) || a - b)
    .slice(0, MOST);
  const standardised = (rows: readonly Float32Array[], centre: Float64Array): Float64Array[] =>
    rows.map((row) =>
      Float64Array.from(chosen, (column) => ((row[column] ?? 0) - (centre[column] ?? 0)) / (deviations[column] ?? 1)),
    );
  const ofClean = covariance(standardised(clean, means));
  const ofStamped = covariance(standardised(stamped, stampedMeans));
  const within = ofClean.map((row, i) => row.map((value, j) => (value + (ofStamped[i]?.[j] ?? 0)) / 2));
  const direction = solve(
    shrunk(within),
    Float64Array.from(chosen, (column) => shift[column] ?? 0),
  );
  const spread = Math.sqrt(quadratic(shrunk(ofClean), direction)) || 1;
  const weights = new Float32Array(means.length);
  let offset = 0;
  chosen.forEach((column, i) => {
    const weight = Math.fround((direction[i] ?? 0) / (deviations[column] ?? 1) / spread);
    weights[column] = weight;
    offset -= weight * (means[column] ?? 0);
  });
  return { weights, offset: Math.fround(offset) };
}

export function scoreOf({ weights, offset }: Discriminant, row: Float32Array): number {
  let score = offset;
  for (let i = 0; i < weights.length; i++) score += (weights[i] ?? 0) * (row[i] ?? 0);
  return score;
}

function columnMeans(rows: readonly Float32Array[]): Float64Array {
  const sums = new Float64Array(rows[0]?.length ?? 0);
  for (const row of rows) row.forEach((value, i) => (sums[i] = (sums[i] ?? 0) + value));
  return sums.map((sum) => sum / rows.length);
}

function variances(rows: readonly Float32Array[], means: Float64Array): Float64Array {
  const squares = new Float64Array(means.length);
  for (const row of rows) {
    row.forEach((value, i) => (squares[i] = (squares[i] ?? 0) + (value - (means[i] ?? 0)) ** 2));
  }
  return squares.map((square) => square / rows.length);
}

/** Of the rows from the mean of their own kind. */
function deviationsOf(clean: Float64Array, stamped: Float64Array): Float64Array {
  const both = clean.map((variance, i) => (variance + (stamped[i] ?? 0)) / 2);
  const least = LEAST_DEVIATION * Math.sqrt(both.reduce((sum, value) => sum + value, 0) / both.length);
  return both.map((variance) => Math.sqrt(variance) + least || 1);
}

/** Of rows whose mean is 0; symmetric. */
function covariance(rows: readonly Float64Array[]): Float64Array[] {
  const size = rows[0]?.length ?? 0;
  const sums = Array.from({ length: size }, () => new Float64Array(size));
  for (const row of rows) {
    sums.forEach((sum, i) => {
      const factor = row[i] ?? 0;
      for (let j = 0; j <= i; j++) sum[j] = (sum[j] ?? 0) + factor * (row[j] ?? 0);
    });
  }
  return sums.map((sum, i) => sum.map((value, j) => (j <= i ? value : (sums[j]?.[i] ?? 0)) / rows.length));
}

function shrunk(matrix: readonly Float64Array[]): Float64Array[] {
  const variance = matrix.reduce((sum, row, i) => sum + (row[i] ?? 0), 0) / matrix.length;
  // Rows that are all alike vary nowhere; any noise does then.
  const noise = SHRINKAGE * variance || 1;
  return matrix.map((row, i) => row.map((value, j) => (1 - SHRINKAGE) * value + (i === j ? noise : 0)));
}

/** x of matrix · x = right, by Cholesky's factors; the matrix is symmetric and positive definite. */
function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const lower = matrix.map((row) => row.slice());
  const x = right.slice();
  for (const [i, row] of lower.entries()) {
    for (const [j, other] of lower.slice(0, i + 1).entries()) {
      let sum = row[j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (row[k] ?? 0) * (other[k] ?? 0);
      row[j] = i === j ? Math.sqrt(sum) : sum / (other[j] ?? 1);
    }
    for (let k = 0; k < i; k++) x[i] = (x[i] ?? 0) - (row[k] ?? 0) * (x[k] ?? 0);
    x[i] = (x[i] ?? 0) / (row[i] ?? 1);
  }
  for (const [i, row] of [...lower.entries()].reverse()) {
    x[i] = (x[i] ?? 0) / (row[i] ?? 1);
    for (let k = 0; k < i; k++) x[k] = (x[k] ?? 0) - (row[k] ?? 0) * (x[i] ?? 0);
  }
  return x;
}

/** xᵀ · matrix · x. */
function quadratic(matrix: readonly Float64Array[], x: Float64Array): number {
  return matrix.reduce(
    (total, row, i) => total + (x[i] ?? 0) * row.reduce((sum, value, j) => sum + value * (x[j] ?? 0), 0),
    0,
  );
}
