/** @file Builds what ships, for tests that run it as processes. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import * as path from 'node:path';
import { ROOT } from './project';

/** Of this test process alone: another build must not replace it while it runs. Inside the project for its packages. */
const BUILD = path.join(ROOT, '.cache', `build-${process.pid}`);

/** To be called once before anything of {@link built} is run. `args` are those of esbuild.mjs. */
export function build(...args: string[]): void {
  execFileSync(process.execPath, ['esbuild.mjs', '--outdir', BUILD, ...args], { cwd: ROOT, stdio: 'ignore' });
}

/** Path of a built file. */
export function built(name: string): string {
  return path.join(BUILD, name);
}

export function removeBuild(): void {
  rmSync(BUILD, { recursive: true, force: true });
}
