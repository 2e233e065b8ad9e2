/** @file Where this user's caches lie. */
import * as os from 'node:os';
import * as path from 'node:path';

const NAME = 'neural-cleanse';

/** XDG base directories on Linux, `~/Library/Caches` on macOS, `%LOCALAPPDATA%` on Windows. */
export function cacheFolder(
  platform: NodeJS.Platform = process.platform,
  env: Readonly<Record<string, string | undefined>> = process.env,
  home: string = os.homedir(),
): string {
  if (platform === 'win32') {
    return path.join(nonEmpty(env['LOCALAPPDATA']) ?? path.join(home, 'AppData', 'Local'), NAME, 'Cache');
  }
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', NAME);
  const xdg = nonEmpty(env['XDG_CACHE_HOME']);
  // The specification has relative values ignored.
  return path.join(xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(home, '.cache'), NAME);
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
