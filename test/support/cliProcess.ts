/** @file Runs the built command line as a process. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import * as path from 'node:path';
import { ROOT } from './project';

export interface CliResult {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Of this test process alone: another build must not replace it while it runs. Inside the project for its packages. */
const BUILD = path.join(ROOT, '.cache', `cli-${process.pid}`);

/** To be called once before {@link runCli}. */
export function buildCli(): void {
  execFileSync(process.execPath, ['esbuild.mjs', '--outdir', BUILD], { cwd: ROOT, stdio: 'ignore' });
}

export function removeCli(): void {
  rmSync(BUILD, { recursive: true, force: true });
}

/** `whileRunning` gets the process, to send signals; an exception there ends it. */
export async function runCli(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; whileRunning?: (child: ChildProcess) => Promise<void> } = {},
): Promise<CliResult> {
  const child = spawn(process.execPath, [path.join(BUILD, 'cli.mjs'), ...args], {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const closed = new Promise<CliResult>((resolve) => {
    child.on('close', (exitCode, signal) => {
      resolve({ exitCode, signal, stdout, stderr });
    });
  });
  try {
    await options.whileRunning?.(child);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return closed;
}
