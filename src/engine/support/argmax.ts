/** @file From scores to answers. */

/** Index of the largest value of each row of `[rows, columns]`; the first one on ties. */
export function argmaxRows(values: Float32Array, columns: number): Int32Array {
  return Int32Array.from({ length: values.length / columns }, (_, row) => {
    let best = 0;
    for (let column = 1; column < columns; column++) {
      if ((values[row * columns + column] ?? NaN) > (values[row * columns + best] ?? NaN)) best = column;
    }
    return best;
  });
}
