/** @file A log that keeps its lines. */
export function fakeLog(): { lines: string[]; [level: string]: unknown } {
  const lines: string[] = [];
  const write = (text: unknown): void => {
    lines.push(text instanceof Error ? text.message : String(text));
  };
  return { lines, trace: write, debug: write, info: write, warn: write, error: write, show: () => undefined };
}
