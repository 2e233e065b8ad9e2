/** @file Whether the tests in a real VS Code take the desktop one or code-server. */
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { downloadedDesktop } from '../support/vscode/desktop';

vi.mock('@vscode/test-electron', () => ({ downloadAndUnzipVSCode: vi.fn() }));
const download = vi.mocked(downloadAndUnzipVSCode);

beforeEach(() => {
  download.mockReset().mockResolvedValue('/downloaded/code');
});

describe('the desktop VS Code', () => {
  it.each<[string, NodeJS.Platform, Record<string, string>]>([
    ['Linux with X', 'linux', { DISPLAY: ':0' }],
    ['Linux with Wayland', 'linux', { WAYLAND_DISPLAY: 'wayland-0' }],
    ['macOS', 'darwin', {}],
    ['Windows', 'win32', {}],
  ])('is downloaded once into the project on %s', async (_where, platform, env) => {
    expect(await downloadedDesktop('/project', platform, env)).toBe('/downloaded/code');
    expect(download.mock.calls).toEqual([
      [{ cachePath: expect.stringMatching(/project.\.cache.vscode-test$/) as unknown }],
    ]);
  });

  it('is not asked for where there is no screen', async () => {
    expect(await downloadedDesktop('/project', 'linux', {})).toBeUndefined();
    expect(download).not.toHaveBeenCalled();
  });

  it('makes way for code-server where it cannot be downloaded, and says why', async () => {
    const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    download.mockRejectedValue(new Error('getaddrinfo ENOTFOUND update.code.visualstudio.com'));
    expect(await downloadedDesktop('/project', 'darwin', {})).toBeUndefined();
    expect(said.mock.calls.flat().join()).toContain('ENOTFOUND');
    said.mockRestore();
  });
});
