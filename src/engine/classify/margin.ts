/** @file By how much a label wins or loses. */

/** Of `label` over the largest other logit, in row `image` of logits `[N, classes]`. */
export function marginOf(logits: Float32Array, classes: number, image: number, label: number): number {
  const row = logits.subarray(image * classes, (image + 1) * classes);
  let largest = -Infinity;
  for (const [other, logit] of row.entries()) if (other !== label) largest = Math.max(largest, logit);
  return (row[label] ?? NaN) - largest;
}
