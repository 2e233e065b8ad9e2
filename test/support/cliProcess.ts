/** @file Runs the built command line as a process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { built } from './build';
import { ROOT } from './project';

export interface CliResult {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Needs a build. `whileRunning` gets the process, to send signals; an exception there ends it. */
export async function runCli(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; whileRunning?: (child: ChildProcess) => Promise<void> } = {},
): Promise<CliResult> {
  const child = spawn(process.execPath, [built('cli.mjs'), ...args], {
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
