/** @file Writes fitted constants into the engine's files. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';

const FOLDER = path.resolve(...[import.meta.dirname, '..', '..', 'src', 'engine', 'detect', 'judge']);

/** The threshold lies so much above all of clean models, because the next model may have one that is a little larger. */
const MARGIN = 0.25;

/** From which log-odds on something is a backdoor's; `clean`: the largest of clean models. */
export function thresholdAbove(clean: number): number {
  return Math.ceil(10 * (clean + MARGIN)) / 10;
}

/** Replaces what the constants of these names hold in a file of the engine's judge. Tells whether they changed, so that whoever judges by them must start again. */
export async function writeConstants(
  file: string,
  constants: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Promise<boolean> {
  const before = await fs.readFile(path.join(FOLDER, file), 'utf8');
  let after = before;
  for (const [name, values] of Object.entries(constants)) {
    const lines = Object.entries(values).map(([key, value]) => `  ${key}: ${Number(value.toFixed(2))},`);
    after = after.replace(new RegExp(`(?<=const ${name}(?:: \\w+)? = \\{\\n)[^}]*(?=\\n\\})`), lines.join('\n'));
  }
  await fs.writeFile(path.join(FOLDER, file), after);
  return after !== before;
}
