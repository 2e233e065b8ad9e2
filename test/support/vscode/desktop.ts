/** @file The desktop VS Code, where it can be downloaded and shown. */
import * as path from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';

/** Path of its executable; `undefined` where there is no screen or no download, so that code-server takes its place. */
export async function downloadedDesktop(
  root: string,
  platform: NodeJS.Platform = process.platform,
  { DISPLAY, WAYLAND_DISPLAY }: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string | undefined> {
  if (platform === 'linux' && DISPLAY === undefined && WAYLAND_DISPLAY === undefined) return undefined;
  try {
    return await downloadAndUnzipVSCode({ cachePath: path.join(root, '.cache', 'vscode-test') });
  } catch (error) {
    console.log(`VS Code cannot be downloaded (${String(error)}); code-server takes its place.`);
    return undefined;
  }
}
