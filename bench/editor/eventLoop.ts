/** @file How long the extension host's event loop stands still. */

export interface Delays {
  /** Longest time between two turns of the loop beyond the pause asked for, milliseconds. */
  readonly longest: number;
  /**
   * The part of it, at most, in which this process computed; the rest it waited for a processor that others used. Milliseconds.
   */
  readonly longestOwn: number;
}

/** Milliseconds between two looks. */
const PAUSE = 5;

/** Measures until the returned function is called. */
export function watchEventLoop(): () => Delays {
  let longest = 0;
  let longestOwn = 0;
  let time = performance.now();
  let processor = process.cpuUsage();
  const timer = setInterval(() => {
    const delay = performance.now() - time - PAUSE;
    const { user, system } = process.cpuUsage(processor);
    longest = Math.max(longest, delay);
    longestOwn = Math.max(longestOwn, Math.min(delay, (user + system) / 1000));
    time = performance.now();
    processor = process.cpuUsage();
  }, PAUSE);
  return () => {
    clearInterval(timer);
    return { longest, longestOwn };
  };
}
