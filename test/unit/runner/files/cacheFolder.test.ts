import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheFolder } from '../../../../src/runner/files/cacheFolder';

const HOME = path.resolve('/home/me');

describe('cache folder', () => {
  it.each<[NodeJS.Platform, Record<string, string>, string]>([
    ['linux', {}, path.join(HOME, '.cache', 'neural-cleanse')],
    ['linux', { XDG_CACHE_HOME: path.resolve('/var/xdg') }, path.join(path.resolve('/var/xdg'), 'neural-cleanse')],
    ['linux', { XDG_CACHE_HOME: 'relative' }, path.join(HOME, '.cache', 'neural-cleanse')],
    ['linux', { XDG_CACHE_HOME: '' }, path.join(HOME, '.cache', 'neural-cleanse')],
    ['darwin', { XDG_CACHE_HOME: '/ignored' }, path.join(HOME, 'Library', 'Caches', 'neural-cleanse')],
    ['win32', { LOCALAPPDATA: path.resolve('/local') }, path.join(path.resolve('/local'), 'neural-cleanse', 'Cache')],
    ['win32', {}, path.join(HOME, 'AppData', 'Local', 'neural-cleanse', 'Cache')],
  ])('%s %j', (platform, env, folder) => {
    expect(cacheFolder(platform, env, HOME)).toBe(folder);
  });
});
