/** @file The VSIX of this platform, as `npm run package` makes it. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { spawnSync } from 'node:child_process';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const SOURCES = ['package.json', 'package.nls.json', 'esbuild.mjs', '.vscodeignore', 'src', 'media', 'l10n', 'scripts'];

/** Absolute path of the VSIX; it is made again where anything that goes into it is newer. */
export function packedExtension(): string {
  const vsix = path.join(ROOT, 'artifacts', `neural-cleanse-${process.platform}-${process.arch}.vsix`);
  const newest = Math.max(...SOURCES.map((name) => lastChange(path.join(ROOT, name))));
  if (existsSync(vsix) && statSync(vsix).mtimeMs > newest) return vsix;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/package.mjs'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`npm run package failed:\n${stdout}\n${stderr}`);
  return vsix;
}

/** Milliseconds; 0 where there is nothing. */
function lastChange(file: string): number {
  if (!existsSync(file)) return 0;
  const stats = statSync(file);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(file).map((name) => lastChange(path.join(file, name))));
}
