/** @file Command-line options of the benchmark scripts: --name value. */

export function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

export function numbers(name: string, fallback: readonly number[]): readonly number[] {
  return option(name)?.split(',').map(Number) ?? fallback;
}
