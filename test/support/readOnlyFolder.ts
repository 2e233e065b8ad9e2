/** @file A folder in which nothing can be written, also for root, whom permissions do not bind. */
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';

/** Returns what makes it writable again, or `undefined` where this machine has no way to make it read-only. */
export function makeReadOnly(folder: string): (() => void) | undefined {
  chmodSync(folder, 0o555);
  const writable = (): void => {
    chmodSync(folder, 0o755);
  };
  if (!canWrite(folder)) return writable;
  writable();
  const unmount = (): void => {
    // At once, also while an editor still watches it.
    run('umount', '--lazy', folder);
  };
  if (!run('mount', '--bind', folder, folder)) return undefined;
  if (run('mount', '-o', 'remount,ro,bind', folder) && !canWrite(folder)) return unmount;
  unmount();
  return undefined;
}

function canWrite(folder: string): boolean {
  const file = path.join(folder, 'written');
  try {
    writeFileSync(file, '');
  } catch {
    return false;
  }
  rmSync(file);
  return true;
}

function run(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
