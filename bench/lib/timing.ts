/** @file Timing of several tasks in turn, so that a drifting machine slows all of them alike. */

/** Milliseconds of each task, `rounds` runs each, after a warm-up. */
export async function interleaved(tasks: readonly (() => Promise<void>)[], rounds = 40): Promise<number[][]> {
  const times = tasks.map((): number[] => []);
  for (let round = -5; round < rounds; round++) {
    for (const [i, task] of tasks.entries()) {
      const started = performance.now();
      await task();
      if (round >= 0) times[i]!.push(performance.now() - started);
    }
  }
  return times;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
