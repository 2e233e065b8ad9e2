/** @file Runs this command line again in a process of its own. */
import { execFile } from 'node:child_process';

export interface SelfRun {
  /** `null` where a signal ended the process. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Milliseconds. */
const LIMIT = 60_000;

export function runSelf(args: readonly string[]): Promise<SelfRun> {
  const [, entry = ''] = process.argv;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...process.execArgv, entry, ...args],
      { timeout: LIMIT, windowsHide: true },
      (_error, stdout, stderr) => {
        resolve({ exitCode: child.exitCode, signal: child.signalCode, stdout, stderr });
      },
    );
  });
}
