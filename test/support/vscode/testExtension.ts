/** @file VSIX files of the small extensions that only tests install. */
import { execFileSync } from 'node:child_process';
import * as path from 'node:path';

const VSCE = path.resolve(import.meta.dirname, '..', '..', '..', 'node_modules', '@vscode', 'vsce', 'vsce');
const OPTIONS = ['--skip-license', '--allow-missing-repository', '--no-dependencies'];

/** Packs the extension in the folder `name` beside this file as `NAME.vsix` in the folder `out`; returns its path. */
export function packedTestExtension(name: string, out: string): string {
  const vsix = path.join(out, `${name}.vsix`);
  execFileSync(process.execPath, [VSCE, 'package', ...OPTIONS, '--out', vsix], {
    cwd: path.join(import.meta.dirname, name),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return vsix;
}
